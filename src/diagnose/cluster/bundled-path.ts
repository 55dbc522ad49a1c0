// What the rules of a node make of one address, as facts tell that were gathered on it: `diagnose path` without the node.
import { formatIp, parseIp, sameIp } from '../../net/ip.ts'
import { err, ok, type Result } from '../../net/result.ts'
import type { AskedPath } from '../path/collect-path.ts'
import type { PathFacts } from '../path/path-facts.ts'
import { type ClusterFacts, itemsOf } from './cluster-facts.ts'

export interface NoPath {
  /** a clause: `it holds nothing of node a` */
  readonly reason: string
  readonly hint: string
}

/** @param node name of the Node; undefined: the only one that has rules for the address */
export function bundledPath(
  facts: ClusterFacts,
  { asked, target, port, protocol }: AskedPath,
  node: string | undefined,
): Result<PathFacts, NoPath> {
  const hosts = itemsOf(facts.hosts).filter(({ paths }) => paths.length > 0)
  if (hosts.length === 0)
    return err({
      reason: 'it holds no rules of any node',
      hint: 'Make it on a node as root, or with ssh: lbctl diagnose all --ssh root@ --save-facts FILE, then lbctl bundle --facts FILE.',
    })
  const names = hosts.map((host) => host.node)
  if (node !== undefined && !names.includes(node))
    return err({ reason: `it holds no rules of node ${node}`, hint: `It has those of ${names.join(', ')}.` })
  const here = hosts.flatMap((host) => {
    if (node !== undefined && host.node !== node) return []
    const some = host.paths.filter(({ target: { address, ...its } }) => {
      const parsed = parseIp(address)
      const isIt = parsed !== undefined && sameIp(parsed, target)
      return isIt && (port === undefined || (its.port === port && its.protocol === protocol))
    })
    const [first, ...more] = some
    return first === undefined ? [] : [{ node: host.node, first, more }]
  })
  const [found, ...others] = here
  if (found === undefined)
    return err({
      reason: `it holds nothing about ${asked}`,
      hint: `Rules are kept for the addresses of Services with a load balancer: ${addressesIn(hosts)}.`,
    })
  if (others.length > 0)
    return err({
      reason: `it holds the rules of several nodes for ${asked}`,
      hint: `--node says which: ${here.map((each) => each.node).join(', ')}.`,
    })
  return ok(joined(found.node, asked, found.first, found.more))
}

/** The rules of a node were followed for each port by itself. */
const joined = (node: string, asked: string, first: PathFacts, more: readonly PathFacts[]): PathFacts => ({
  ...first,
  host: { name: node, netns: undefined },
  target: {
    ...first.target,
    asked,
    port: more.length === 0 ? first.target.port : undefined,
  },
  ports: [first, ...more].flatMap(({ ports }) => ports).sort((a, b) => a.port - b.port),
})

const MOST_SHOWN = 8

function addressesIn(hosts: readonly { readonly paths: readonly PathFacts[] }[]): string {
  const all = new Set(hosts.flatMap(({ paths }) => paths.map(({ target }) => target.address)))
  const shown = [...all].flatMap((text) => parseIp(text) ?? []).slice(0, MOST_SHOWN)
  const rest = all.size - shown.length
  return [...shown.map(formatIp), ...(rest > 0 ? [`${rest} more`] : [])].join(', ')
}
