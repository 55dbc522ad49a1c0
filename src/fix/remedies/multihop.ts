// F39: a peer behind a router, and a BGPPeer that does not say so.
import { parseIp, sameIp } from '../../net/ip.ts'
import type { RemedyAnswer } from '../remedy.ts'
import { byHand } from '../remedy.ts'
import { type RemedyContext, rawObject, setting } from '../remedy-context.ts'

export function allowHops({ view, finding }: RemedyContext): RemedyAnswer {
  // With GTSM the same code has another way out, on the router alone.
  const isTooFar = finding.fix.some(({ configuration = [] }) =>
    configuration.some((line) => line.trim() === 'ebgpMultiHop: true'),
  )
  const words = `${finding.subject} ${finding.title}`.split(/[\s,:()]+/)
  const named = words.flatMap((word) => parseIp(word) ?? [])
  const peers = view.objects.peers.filter(({ spec, name }) => {
    const address = parseIp(spec.peerAddress ?? '')
    const isNamed =
      words.includes(name) || (address !== undefined && named.some((each) => sameIp(each, address)))
    return isNamed && spec.ebgpMultiHop !== true && spec.myASN !== spec.peerASN
  })
  if (peers.length === 0 || !isTooFar)
    return byHand(
      'In the BGPPeer nothing is wrong that could be changed: what is left is for the router to allow (multihop there, or no GTSM).',
    )
  return [
    {
      changes: peers.map((peer) => setting(rawObject(view, peer), ['spec', 'ebgpMultiHop'], true)),
      summary: `Set ebgpMultiHop: true for the peer ${peers.map(({ name }) => name).join(', ')}.`,
      why: finding.cause,
      risk: 'The session is taken up over any way that leads to the router, also over one that nobody meant.',
      next: [{ text: 'The router needs it as well; for FRR:', command: 'neighbor NODE ebgp-multihop 4' }],
    },
  ]
}
