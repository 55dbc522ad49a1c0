import type { BFDProfileSpec } from '../../config/schema/peer-kinds.ts'
import type { Field, LegacyBfdProfile, LegacyConfig } from '../legacy/shape.ts'
import { type Origin, originOf, type Planned } from '../planned.ts'
import type { Convert } from './context.ts'
import { named } from './named.ts'

/** Legacy key → field and its default, in the order in which they are printed. */
const FIELDS = [
  ['receive-interval', 'receiveInterval', 300],
  ['transmit-interval', 'transmitInterval', 300],
  ['detect-multiplier', 'detectMultiplier', 3],
  ['echo-interval', 'echoInterval', 50],
  ['echo-mode', 'echoMode', false],
  ['passive-mode', 'passiveMode', false],
  ['minimum-ttl', 'minimumTtl', 254],
] as const satisfies readonly (readonly [keyof LegacyBfdProfile, keyof BFDProfileSpec, number | boolean])[]

export interface BfdProfiles {
  readonly planned: readonly Planned[]
  /** source name → name in the cluster */
  readonly names: ReadonlyMap<string, string>
}

export function bfdProfiles(config: LegacyConfig, namespace: string, convert: Convert): BfdProfiles {
  const profiles = named(
    config['bfd-profiles']?.value ?? [],
    { kind: 'BFDProfile', noun: 'BFD profile' },
    namespace,
    convert,
  )
  return {
    planned: profiles.map(({ item, source, name }) =>
      bfdProfile(item, name, namespace, originOf(source), convert.options.explicit),
    ),
    names: new Map(profiles.map(({ source, name }) => [source.value, name])),
  }
}

function bfdProfile(
  profile: Field<LegacyBfdProfile>,
  name: string,
  namespace: string,
  nameOrigin: Origin,
  explicit: boolean,
): Planned {
  const origins = new Map<string, Origin>([
    ['', originOf(profile)],
    ['metadata.name', nameOrigin],
  ])
  const spec: Record<string, number | boolean> = {}
  for (const [key, field, byDefault] of FIELDS) {
    const value = profile.value[key]
    if (value !== undefined) origins.set(`spec.${field}`, originOf(value))
    if (explicit) spec[field] = value?.value ?? byDefault
    // Both modes are off unless switched on.
    else if (value !== undefined && value.value !== false) spec[field] = value.value
  }
  return {
    object: { apiVersion: 'metallb.io/v1beta1', kind: 'BFDProfile', metadata: { name, namespace }, spec },
    origins,
  }
}
