// Juniper Junos: groups and neighbours, with what a neighbour takes over from its group, and a group from bgp.
import type { Source, Span } from '../../../config/source/source.ts'
import { type IpFamily, parseIp } from '../../../net/ip.ts'
import { parsePrefix } from '../../../net/prefix.ts'
import type { Found, ObservedFamily, ObservedNeighbour, ObservedPaths, ObservedRouter } from '../observed.ts'
import { readTree, type TreeNode } from './config-tree.ts'
import { junosPolicy } from './junos-policy.ts'

export function readJunos(source: Source): ObservedRouter {
  const root = readTree(source)
  const bgp = root.child('protocols', 'bgp')
  const groups = [...(bgp?.child('group')?.children.values() ?? [])]
  const asn = root.number('routing-options', 'autonomous-system')
  const reader = new JunosReader(root, asn)
  return {
    source,
    at: bgp?.at,
    asn,
    neighbours: groups.flatMap((group) => reader.neighbours(bgp, group)),
    ranges: groups.flatMap((group) => reader.ranges(bgp, group)),
    paths: (family, internal) => reader.paths(groups, family, internal),
    relaxed: groups.some((group) => group.child('multipath', 'multiple-as') !== undefined),
  }
}

class JunosReader {
  readonly #root: TreeNode
  readonly #asn: Found<number> | undefined

  constructor(root: TreeNode, asn: Found<number> | undefined) {
    this.#root = root
    this.#asn = asn
  }

  neighbours(bgp: TreeNode | undefined, group: TreeNode): ObservedNeighbour[] {
    return [...(group.child('neighbor')?.children ?? [])].map(([key, node]) => ({
      key,
      address: parseIp(key),
      at: node.at,
      ...this.#meaning([node, group, ...(bgp === undefined ? [] : [bgp])], node.at),
    }))
  }

  ranges(bgp: TreeNode | undefined, group: TreeNode) {
    return [...(group.child('allow')?.children ?? [])].flatMap(([key, node]) => {
      const range = parsePrefix(key)
      if (range === undefined) return []
      return [
        { key, range, at: node.at, ...this.#meaning([group, ...(bgp === undefined ? [] : [bgp])], node.at) },
      ]
    })
  }

  /** Both are needed: several paths in the routing table, and a policy that hands them to the forwarding table. */
  paths(groups: readonly TreeNode[], _: IpFamily, internal: boolean): ObservedPaths {
    const own = groups.filter((group) => (group.value('type')?.value === 'internal') === internal)
    const without = own.find((group) => group.child('multipath') === undefined)
    if (without !== undefined || own.length === 0) return { count: 1, at: without?.at }
    const exported = [...(this.#root.child('routing-options', 'forwarding-table', 'export')?.children ?? [])]
    const balances = exported.some(([name]) => this.#balances(name))
    return { count: balances ? MOST_PATHS : 1, at: exported[0]?.[1].at ?? own[0]?.at }
  }

  #balances(name: string): boolean {
    const statement = this.#root.child('policy-options', 'policy-statement', name)
    const bodies = [statement, ...(statement?.child('term')?.children.values() ?? [])]
    return bodies.some((body) => body?.child('then', 'load-balance') !== undefined)
  }

  #meaning(levels: readonly TreeNode[], at: Span) {
    const find = (...path: readonly string[]): TreeNode | undefined => {
      for (const level of levels) {
        const node = level.child(...path)
        if (node !== undefined) return node
      }
      return undefined
    }
    const number = (...path: readonly string[]): Found<number> | undefined => {
      for (const level of levels) {
        const found = level.number(...path)
        if (found !== undefined) return found
      }
      return undefined
    }
    const type = levels.map((level) => level.value('type')).find((found) => found !== undefined)
    const inherited: Found<'internal'> | undefined =
      type?.value === 'internal' ? { value: 'internal', at: type.at } : undefined
    return {
      asn: number('peer-as') ?? inherited,
      localAsn: number('local-as'),
      shutdown: find('shutdown')?.at,
      password: (find('authentication-key') ?? find('authentication-key-chain'))?.at,
      multihop: find('multihop')?.at,
      ttlSecurity: undefined,
      bfd: find('bfd-liveness-detection')?.at,
      holdTimeSeconds: number('hold-time'),
      helper: this.#helper(find),
      families: this.#families(levels, find, at),
    }
  }

  #helper(find: (...path: readonly string[]) => TreeNode | undefined): Found<boolean> | undefined {
    const off = find('graceful-restart', 'disable') ?? find('graceful-restart', 'helper-disable')
    return off === undefined ? undefined : { value: false, at: off.at }
  }

  #families(
    levels: readonly TreeNode[],
    find: (...path: readonly string[]) => TreeNode | undefined,
    at: Span,
  ): Map<IpFamily, ObservedFamily> {
    const families = new Map<IpFamily, ObservedFamily>()
    // The nearest level that has import at all counts; policies do not add up.
    const imports = levels.map((level) => level.child('import')).find((node) => node !== undefined)
    const names = [...(imports?.children ?? [])].map(([name, node]) => ({ name, at: node.at }))
    const anyFamily = find('family') !== undefined
    for (const family of [4, 6] as const) {
      const word = family === 4 ? 'inet' : 'inet6'
      const node = find('family', word, 'unicast') ?? find('family', word, 'any')
      // Without a family, IPv4 is active for a neighbour with an IPv4 address, and IPv6 with an IPv6 address.
      const byDefault = !anyFamily && this.#asn !== undefined && family === 4
      if (node === undefined && !byDefault) continue
      families.set(family, {
        at: node?.at ?? at,
        policy: junosPolicy(this.#root, names),
        limit: node?.number('prefix-limit', 'maximum') ?? node?.number('accepted-prefix-limit', 'maximum'),
      })
    }
    return families
  }
}

/** `multipath` takes as many as the platform can do. */
const MOST_PATHS = 64
