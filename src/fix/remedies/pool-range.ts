// F12: a pool without the addresses that belong to nodes, BGP peers and Pods: its ranges are written around them.
import { parseAddressEntry } from '../../config/semantics/addresses.ts'
import type { ClusterView } from '../../diagnose/cluster/cluster-view.ts'
import { textsAt } from '../../diagnose/cluster/object-fields.ts'
import { formatIp, ip, parseIp } from '../../net/ip.ts'
import { type IpRange, parsePrefix, prefixRange, rangesOverlap } from '../../net/prefix.ts'
import type { RemedyAnswer } from '../remedy.ts'
import { byHand } from '../remedy.ts'
import { nameInSubject, type RemedyContext, rawObject, setting } from '../remedy-context.ts'

export function rangesAround({ view, finding }: RemedyContext): RemedyAnswer {
  const name = nameInSubject(finding.subject, 'IPAddressPool')
  const pool = view.objects.pools.find((each) => each.name === name)
  if (pool === undefined) return byHand('Which addresses of which pools are taken only you know.')
  const raw = rawObject(view, pool)
  const entries = textsAt(raw, 'spec', 'addresses')
  const taken = takenRanges(view)
  const kept = entries.flatMap((entry) => around(entry, taken))
  if (kept.length === 0)
    return byHand('Nothing would be left of the pool: it needs addresses of its own first.')
  if (kept.join() === entries.join())
    return byHand(
      'The block that the pool reaches into is not known as a whole: write the ranges of the pool outside of the addresses of Services in the cluster.',
    )
  const users = view.servicesWithAddress.filter((service) => {
    const addresses = service.ingress.flatMap((text) => parseIp(text) ?? [])
    return (
      view.poolOf(service)?.name === name &&
      addresses.some((each) => taken.some((range) => rangesOverlap(range, single(each))))
    )
  })
  return [
    {
      changes: [setting(raw, ['spec', 'addresses'], kept)],
      summary: `Write the ranges of the pool ${pool.name} around the addresses that belong to something else.`,
      why: finding.cause,
      risk:
        users.length === 0
          ? 'The pool has fewer addresses; no Service has one of those that go.'
          : `Services that have one of them get another address: ${users.map(({ namespace = 'default', name: own }) => `${namespace}/${own}`).join(', ')}.`,
    },
  ]
}

const single = ({ family, value }: { readonly family: 4 | 6; readonly value: bigint }): IpRange => ({
  family,
  first: value,
  last: value,
})

function takenRanges({ objects }: ClusterView): readonly IpRange[] {
  const addresses = [
    ...objects.nodes.flatMap((node) => node.addresses.map(({ address }) => address)),
    ...objects.peers.flatMap(({ spec }) => spec.peerAddress ?? []),
  ]
  const blocks = objects.nodes.flatMap(({ podCIDRs }) => podCIDRs)
  return [
    ...addresses.flatMap((text) => {
      const address = parseIp(text)
      return address === undefined ? [] : [single(address)]
    }),
    ...blocks.flatMap((text) => {
      const prefix = parsePrefix(text)
      return prefix === undefined ? [] : [prefixRange(prefix)]
    }),
  ]
}

/** The entry as it is where it holds nothing that is taken; else what is left of it. */
export function around(entry: string, taken: readonly IpRange[]): readonly string[] {
  const parsed = parseAddressEntry(entry)
  if (!parsed.ok || !taken.some((range) => rangesOverlap(range, parsed.value.range))) return [entry]
  let left: readonly IpRange[] = [parsed.value.range]
  for (const range of taken) left = left.flatMap((each) => without(each, range))
  return left.map(rangeText)
}

function without(range: IpRange, taken: IpRange): IpRange[] {
  if (!rangesOverlap(range, taken)) return [range]
  const { family, first, last } = range
  return [
    ...(first < taken.first ? [{ family, first, last: taken.first - 1n }] : []),
    ...(taken.last < last ? [{ family, first: taken.last + 1n, last }] : []),
  ]
}

const rangeText = ({ family, first, last }: IpRange): string => {
  const text = formatIp(ip(family, first))
  // MetalLB takes no address without a length.
  return first === last ? `${text}/${family === 4 ? 32 : 128}` : `${text}-${formatIp(ip(family, last))}`
}
