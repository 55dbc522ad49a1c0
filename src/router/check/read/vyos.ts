// VyOS: the same tree as Junos, with the words of FRR in it.
import type { Source, Span } from '../../../config/source/source.ts'
import { type IpFamily, parseIp } from '../../../net/ip.ts'
import { parsePrefix } from '../../../net/prefix.ts'
import type { Found, ObservedFamily, ObservedNeighbour, ObservedPaths, ObservedRouter } from '../observed.ts'
import { allOf, type Policy } from '../policy.ts'
import { readTree, type TreeNode } from './config-tree.ts'
import { Policies, patternOf } from './prefix-lists.ts'
import { foundNumber, numberOf, remoteAs } from './words.ts'

/** FRR's own, which VyOS does not change. */
const DEFAULT_PATHS = 64

export function readVyos(source: Source): ObservedRouter {
  const root = readTree(source)
  const protocol = root.child('protocols', 'bgp')
  // Up to 1.3, the AS number stands between bgp and everything else.
  const old = [...(protocol?.children ?? [])].find(([word]) => numberOf(word) !== undefined)
  const bgp = old?.[1] ?? protocol
  const asn = old === undefined ? bgp?.number('system-as') : foundNumber(old[0], old[1].at)
  const policies = readPolicies(root)
  const meaning = (levels: readonly TreeNode[], at: Span) => meaningOf(levels, at, asn, bgp, policies)
  const groups = (node: TreeNode): TreeNode[] => {
    const name = node.value('peer-group') ?? node.value('interface', 'peer-group')
    const group = name === undefined ? undefined : bgp?.child('peer-group', name.value)
    return group === undefined ? [] : [group]
  }
  return {
    source,
    at: protocol?.at,
    asn,
    neighbours: [...(bgp?.child('neighbor')?.children ?? [])].map(
      ([key, node]): ObservedNeighbour => ({
        key,
        address: parseIp(key),
        at: node.at,
        ...meaning([node, ...groups(node)], node.at),
      }),
    ),
    ranges: [...(bgp?.child('listen', 'range')?.children ?? [])].flatMap(([key, node]) => {
      const range = parsePrefix(key)
      return range === undefined ? [] : [{ key, range, at: node.at, ...meaning(groups(node), node.at) }]
    }),
    paths: (family, internal) => pathsOf(bgp, family, internal),
    relaxed: bgp?.child('parameters', 'bestpath', 'as-path', 'multipath-relax') !== undefined,
  }
}

function pathsOf(bgp: TreeNode | undefined, family: IpFamily, internal: boolean): ObservedPaths {
  const found = bgp?.number(
    'address-family',
    `ipv${family}-unicast`,
    'maximum-paths',
    internal ? 'ibgp' : 'ebgp',
  )
  return found === undefined ? { count: DEFAULT_PATHS, at: undefined } : { count: found.value, at: found.at }
}

function meaningOf(
  levels: readonly TreeNode[],
  at: Span,
  asn: Found<number> | undefined,
  bgp: TreeNode | undefined,
  policies: Policies,
) {
  const find = (...path: readonly string[]): TreeNode | undefined =>
    levels.map((level) => level.child(...path)).find((node) => node !== undefined)
  const value = (...path: readonly string[]): Found<string> | undefined =>
    levels.map((level) => level.value(...path)).find((found) => found !== undefined)
  const remote =
    value('remote-as') ?? value('interface', 'remote-as') ?? value('interface', 'v6only', 'remote-as')
  const hold = value('timers', 'holdtime')
  const local = value('local-as')
  const helper = value('graceful-restart')
  const external = remote?.value !== String(asn?.value)
  return {
    asn: remoteAs(remote?.value, remote?.at ?? at),
    localAsn: foundNumber(local?.value, local?.at ?? at),
    shutdown: find('shutdown')?.at,
    password: find('password')?.at,
    multihop: (find('ebgp-multihop') ?? find('disable-connected-check'))?.at,
    ttlSecurity: find('ttl-security')?.at,
    bfd: find('bfd')?.at,
    holdTimeSeconds: foundNumber(hold?.value, hold?.at ?? at),
    helper: helper === undefined ? undefined : { value: helper.value !== 'disable', at: helper.at },
    families: familiesOf(find, policies, external && requiresPolicy(bgp)),
  }
}

const requiresPolicy = (bgp: TreeNode | undefined): boolean =>
  bgp?.child('parameters', 'ebgp-requires-policy') !== undefined

function familiesOf(
  find: (...path: readonly string[]) => TreeNode | undefined,
  policies: Policies,
  required: boolean,
): Map<IpFamily, ObservedFamily> {
  const families = new Map<IpFamily, ObservedFamily>()
  for (const family of [4, 6] as const) {
    const path = ['address-family', `ipv${family}-unicast`]
    const node = find(...path)
    if (node === undefined) continue
    const parts = (['route-map', 'prefix-list'] as const).flatMap((kind): Policy[] => {
      const [entry] = find(...path, kind, 'import')?.children ?? []
      if (entry === undefined) return []
      const [name, { at }] = entry
      return [
        kind === 'prefix-list'
          ? policies.listPolicy(family, name, at, 'reject')
          : policies.mapPolicy(name, at, 'reject'),
      ]
    })
    const limit = find(...path, 'maximum-prefix')
    const [count] = limit?.children ?? []
    families.set(family, {
      at: node.at,
      policy: allOf(parts) ?? noPolicy(required),
      limit: count === undefined ? undefined : foundNumber(count[0], count[1].at),
    })
  }
  return families
}

const noPolicy = (required: boolean): Policy =>
  required
    ? {
        kind: 'none',
        effect: 'reject',
        why: 'ebgp-requires-policy is on, so routes are refused without a policy',
      }
    : { kind: 'none', effect: 'accept', why: 'without a policy, everything is let in' }

function readPolicies(root: TreeNode): Policies {
  const policies = new Policies()
  for (const [word, family] of [
    ['prefix-list', 4],
    ['prefix-list6', 6],
  ] as const)
    for (const [name, list] of root.child('policy', word)?.children ?? [])
      for (const [number, rule] of list.child('rule')?.children ?? [])
        policies.addList(family, name, {
          order: numberOf(number) ?? 0,
          permit: rule.value('action')?.value === 'permit',
          pattern: patternOf(
            family,
            rule.value('prefix')?.value ?? '',
            rule.number('ge')?.value,
            rule.number('le')?.value,
          ),
          at: rule.at,
        })
  for (const [name, map] of root.child('policy', 'route-map')?.children ?? [])
    policies.maps.set(
      name,
      [...(map.child('rule')?.children ?? [])].map(([number, rule]) => mapEntry(number, rule)),
    )
  return policies
}

function mapEntry(number: string, rule: TreeNode) {
  const conditions = [...(rule.child('match')?.children ?? [])]
  const lists = conditions.flatMap(([protocol, node]) => {
    const name = node.value('address', 'prefix-list')
    const family: IpFamily = protocol === 'ipv6' ? 6 : 4
    return name === undefined ? [] : [{ family, names: [name.value] }]
  })
  return {
    order: numberOf(number) ?? 0,
    permit: rule.value('action')?.value === 'permit',
    at: rule.at,
    lists,
    doubtful: lists.length < conditions.length || rule.child('on-match') !== undefined,
  }
}
