// bgp-communities (`communities` until v0.2) → one Community object.

import type { CommunitySpec } from '../../config/schema/advertisement-kinds.ts'
import { spanOf } from '../../config/source/node.ts'
import type { Field, LegacyConfig } from '../legacy/shape.ts'
import { type Origin, originOf, type Planned } from '../planned.ts'
import { type Convert, say } from './context.ts'

/** Alias → its definition. */
export type Communities = ReadonlyMap<string, Field<string>>

export function readCommunities(config: LegacyConfig, convert: Convert): Communities {
  const communities = new Map<string, Field<string>>()
  for (const section of [config['bgp-communities'], config.communities])
    for (const field of section?.value ?? []) {
      const alias = field.key?.text ?? ''
      const first = communities.get(alias)
      if (first !== undefined)
        convert.diagnostics.push({
          code: 'M018',
          severity: 'error',
          message: `The community "${alias}" is defined twice.`,
          at: spanOf(field.node),
          related: [{ message: 'first here', at: spanOf(first.node) }],
        })
      else if (!isLegacyCommunity(field.value))
        say(
          convert,
          'M017',
          'error',
          field.node,
          `"${field.value}" is no community: it takes two numbers from 0 to 65535 with a colon between them, such as 64512:1234.`,
        )
      else communities.set(alias, field)
    }
  return communities
}

/** Two 16-bit numbers; large communities came with the custom resources. */
function isLegacyCommunity(text: string): boolean {
  const parts = text.split(':')
  return parts.length === 2 && parts.every((part) => /^\d{1,5}$/.test(part) && Number(part) <= 65_535)
}

export function checkCommunity(field: Field<string>, communities: Communities, convert: Convert): void {
  if (communities.has(field.value) || isLegacyCommunity(field.value)) return
  say(
    convert,
    'M023',
    'error',
    field.node,
    `The community "${field.value}" is neither an alias of bgp-communities nor of the form 64512:1234.`,
    'Define the alias under bgp-communities, or write the number.',
  )
}

/** One object for all aliases, sorted by alias; none when there is no alias. */
export function communityObject(
  config: LegacyConfig,
  communities: Communities,
  namespace: string,
  convert: Convert,
): Planned[] {
  const section = config['bgp-communities'] ?? config.communities
  if (section === undefined || communities.size === 0) return []
  const sorted = [...communities].sort(([a], [b]) => (a < b ? -1 : 1))
  const origins = new Map<string, Origin>([['', originOf(section)]])
  for (const [index, [, field]] of sorted.entries())
    origins.set(`spec.communities[${index}]`, originOf(field))
  const spec: CommunitySpec = { communities: sorted.map(([name, field]) => ({ name, value: field.value })) }
  const name = convert.names.derive('Community', namespace, 'communities')
  return [
    {
      object: { apiVersion: 'metallb.io/v1beta1', kind: 'Community', metadata: { name, namespace }, spec },
      origins,
    },
  ]
}
