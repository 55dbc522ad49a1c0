// V201–V204, V216, V712: the AS numbers of a peer.
import { type BGPPeer, isGiven, keySpan } from '../../objects/read-object.ts'
import type { RuleContext } from '../context.ts'

export function peerAsNumbers(context: RuleContext): void {
  for (const peer of context.objects.peers) {
    const { spec, failed } = peer
    if (spec.myASN === 0)
      context.report('V201', peer, { message: 'myASN is 0, which is no AS number.', path: ['spec', 'myASN'] })
    remoteAs(context, peer)
    const ibgp = spec.peerASN !== undefined && spec.peerASN !== 0 && spec.peerASN === spec.myASN
    if (ibgp && spec.ebgpMultiHop === true)
      context.report('V204', peer, {
        message: `ebgpMultiHop is set, but peerASN and myASN are both ${spec.myASN}: the session is iBGP.`,
        path: ['spec', 'ebgpMultiHop'],
        hint: 'Remove ebgpMultiHop: iBGP sessions may pass any number of hops.',
      })
    for (const field of ['myASN', 'peerASN', 'localASN'] as const) reserved(context, peer, field)
    if (spec.localASN !== undefined && spec.localASN === spec.myASN && !failed.has('myASN'))
      context.report('V712', peer, {
        message: 'localASN is the same as myASN: FRR refuses that.',
        path: ['spec', 'localASN'],
        hint: 'Remove localASN.',
      })
  }
}

function remoteAs(context: RuleContext, peer: BGPPeer): void {
  const { spec, failed } = peer
  const given = spec.peerASN !== 0 && isGiven(peer, 'peerASN')
  if (given && isGiven(peer, 'dynamicASN'))
    context.report('V203', peer, {
      message: 'Both peerASN and dynamicASN are set.',
      path: ['spec', 'dynamicASN'],
      related: [{ message: 'peerASN is here', at: keySpan(peer, ['spec'], 'peerASN') }],
      hint: 'Keep peerASN if the AS of the router is known, or else dynamicASN.',
    })
  if (given || spec.dynamicASN !== undefined || failed.has('peerASN') || failed.has('dynamicASN')) return
  context.report('V202', peer, {
    message:
      spec.peerASN === 0 ? 'peerASN is 0, which is no AS number.' : 'The AS number of the router is missing.',
    ...(spec.peerASN === 0 ? { path: ['spec', 'peerASN'] } : {}),
    hint: 'Set peerASN; with MetalLB 0.14.9 or later dynamicASN: internal or external can stand instead.',
  })
}

/** RFC 6793 §9, RFC 7300: numbers that no network may use as its own. */
const RESERVED = new Map([
  [23456, 'AS_TRANS, which stands for AS numbers of four bytes'],
  [65535, 'the last number of two bytes'],
  [4294967295, 'the last number of four bytes'],
])

function reserved(context: RuleContext, peer: BGPPeer, field: 'myASN' | 'peerASN' | 'localASN'): void {
  const asn = peer.spec[field]
  const what = asn === undefined ? undefined : RESERVED.get(asn)
  if (what === undefined) return
  context.report('V216', peer, {
    message: `The AS number ${asn} is reserved: it is ${what}.`,
    path: ['spec', field],
    hint: 'For private use there are 64512 to 65534 and 4200000000 to 4294967294.',
  })
}
