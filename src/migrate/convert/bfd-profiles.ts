import type { BFDProfileSpec } from '../../config/schema/peer-kinds.ts'
import type { Field, LegacyBfdProfile, LegacyConfig } from '../legacy/shape.ts'
import { type Origin, originOf, type Planned } from '../planned.ts'
import type { Convert } from './context.ts'
import { named } from './named.ts'

/** Legacy key → field, in the order in which they are printed. */
const FIELDS = [
  ['receive-interval', 'receiveInterval'],
  ['transmit-interval', 'transmitInterval'],
  ['detect-multiplier', 'detectMultiplier'],
  ['echo-interval', 'echoInterval'],
  ['echo-mode', 'echoMode'],
  ['passive-mode', 'passiveMode'],
  ['minimum-ttl', 'minimumTtl'],
] as const satisfies readonly (readonly [keyof LegacyBfdProfile, keyof BFDProfileSpec])[]

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
    planned: profiles.map(({ item, source, name }) => bfdProfile(item, name, namespace, originOf(source))),
    names: new Map(profiles.map(({ source, name }) => [source.value, name])),
  }
}

function bfdProfile(
  profile: Field<LegacyBfdProfile>,
  name: string,
  namespace: string,
  nameOrigin: Origin,
): Planned {
  const origins = new Map<string, Origin>([
    ['', originOf(profile)],
    ['metadata.name', nameOrigin],
  ])
  const spec: Record<string, number | boolean> = {}
  for (const [key, field] of FIELDS) {
    const value = profile.value[key]
    // Both modes are off unless switched on.
    if (value === undefined || value.value === false) continue
    spec[field] = value.value
    origins.set(`spec.${field}`, originOf(value))
  }
  return {
    object: { apiVersion: 'metallb.io/v1beta1', kind: 'BFDProfile', metadata: { name, namespace }, spec },
    origins,
  }
}
