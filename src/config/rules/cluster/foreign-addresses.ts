// V809–V813: addresses of a pool that belong to something else.
import { formatIp, type Ip, parseIp } from '../../../net/ip.ts'
import { formatPrefix, type Prefix, parsePrefix, prefixRange } from '../../../net/prefix.ts'
import { nameSpan, placeOf } from '../../objects/read-object.ts'
import { type Ranged, RangeIndex } from '../../semantics/range-index.ts'
import type { Span } from '../../source/source.ts'
import { entryPath, entryPlace, type PoolEntry, type RuleContext } from '../context.ts'

const single = (address: Ip) => ({ family: address.family, first: address.value, last: address.value })

export function foreignAddresses(context: RuleContext): void {
  const pools = new RangeIndex(context.entries)
  for (const node of context.objects.nodes)
    for (const { type, address } of node.addresses)
      holds(
        context,
        pools,
        address,
        'V809',
        `the ${type === '' ? 'address' : type} of the node "${node.name}"`,
        nameSpan(node),
      )
  for (const gateway of context.options.gateways ?? [])
    holds(context, pools, formatIp(gateway), 'V810', 'a gateway')
  for (const peer of context.objects.peers)
    if (peer.spec.peerAddress !== undefined)
      holds(
        context,
        pools,
        peer.spec.peerAddress,
        'V813',
        `the address of the BGP peer "${peer.name}"`,
        placeOf(peer, ['spec', 'peerAddress']),
      )
  const podCidrs = [
    ...(context.options.podCidrs ?? []).map((prefix) => ({ prefix })),
    ...context.objects.nodes.flatMap((node) =>
      node.podCIDRs.flatMap((text) => {
        const prefix = parsePrefix(text)
        return prefix === undefined ? [] : [{ prefix, at: nameSpan(node) }]
      }),
    ),
  ]
  overlapping(context, 'V812', 'Pods', podCidrs)
  overlapping(
    context,
    'V811',
    'the cluster IPs of Services',
    (context.options.serviceCidrs ?? []).map((prefix) => ({ prefix })),
  )
  clusterIps(context, pools)
}

function holds(
  context: RuleContext,
  pools: RangeIndex<PoolEntry>,
  text: string,
  code: string,
  what: string,
  at?: Span,
): void {
  const address = parseIp(text)
  const found = address === undefined ? undefined : pools.find(single(address))
  if (found === undefined || address === undefined) return
  context.report(code, found.pool, {
    message: `${found.entry.text} holds ${formatIp(address)}, ${what}.`,
    path: entryPath(found),
    ...(at === undefined ? {} : { related: [{ message: 'it is used here', at }] }),
    hint: 'Leave it out of the pool: write ranges around it.',
  })
}

interface Foreign extends Ranged {
  readonly prefix: Prefix
  readonly at?: Span
}

function overlapping(
  context: RuleContext,
  code: 'V811' | 'V812',
  what: string,
  blocks: readonly { readonly prefix: Prefix; readonly at?: Span }[],
): void {
  if (blocks.length === 0) return
  const index = new RangeIndex<Foreign>(blocks.map((b) => ({ ...b, range: prefixRange(b.prefix) })))
  for (const entry of context.entries) {
    const found = index.find(entry.range)
    if (found === undefined) continue
    context.report(code, entry.pool, {
      message: `${entry.entry.text} overlaps ${formatPrefix(found.prefix)}, which is for ${what}.`,
      path: entryPath(entry),
      ...(found.at === undefined ? {} : { related: [{ message: 'the node with this block', at: found.at }] }),
    })
  }
}

/** Without being told the block of cluster IPs, those in use still show that a pool reaches into it. */
function clusterIps(context: RuleContext, pools: RangeIndex<PoolEntry>): void {
  if ((context.options.serviceCidrs ?? []).length > 0) return
  const reported = new Set<PoolEntry>()
  for (const service of context.objects.services)
    for (const text of service.clusterIPs) {
      const address = parseIp(text)
      const found = address === undefined ? undefined : pools.find(single(address))
      if (found === undefined || reported.has(found)) continue
      reported.add(found)
      context.report('V811', found.pool, {
        message: `${found.entry.text} holds ${text}, the cluster IP of Service "${service.name}".`,
        path: entryPath(found),
        at: entryPlace(found),
        related: [{ message: 'the service', at: nameSpan(service) }],
      })
    }
}
