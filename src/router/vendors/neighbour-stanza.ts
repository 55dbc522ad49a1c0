// The router's side of one session, for whoever knows a session and not a whole cluster: the fix of a finding.
import type { BgpSession } from '../../config/semantics/bgp-session.ts'
import type { Ip } from '../../net/ip.ts'
import { prefixLimit } from '../plan/import-filter.ts'
import type { FilterEntry, PrefixLimit, RouterPlan } from '../plan/router-plan.ts'
import { renderRouter, type Vendor } from './render.ts'
import type { VendorText } from './vendor-text.ts'

export interface StanzaSubject {
  readonly session: BgpSession
  readonly node: { readonly name: string; readonly address: Ip }
  /** AS number of the router where the session leaves it open */
  readonly routerAsn?: number
  /** what the node announces; when nobody knows, every single address is let in, and nothing shorter */
  readonly entries?: readonly FilterEntry[]
}

const PREFIX = 'metallb'
const ANY_ADDRESS: readonly FilterEntry[] = [
  { within: { family: 4, base: 0n, length: 0 }, length: 32, pools: [] },
  { within: { family: 6, base: 0n, length: 0 }, length: 128, pools: [] },
]
const SOME: PrefixLimit = { admitted: 0n, limit: 1000, cut: false }

/** Undefined when the AS number of the router is not known, or the session is unnumbered. Passwords are placeholders. */
export function neighbourStanza(subject: StanzaSubject, vendor: Vendor): VendorText | undefined {
  const plan = planOfSession(subject)
  return plan === undefined ? undefined : renderRouter(plan, vendor)
}

function planOfSession({ session, node, routerAsn, entries }: StanzaSubject): RouterPlan | undefined {
  const { remote, peerAsn, localAsn } = session
  const asn = typeof peerAsn === 'number' ? peerAsn : peerAsn === 'internal' ? localAsn : routerAsn
  if (asn === undefined || remote.kind !== 'address') return undefined
  const limits =
    entries === undefined ? { 4: SOME, 6: SOME } : { 4: prefixLimit(entries, 4), 6: prefixLimit(entries, 6) }
  const internal = asn === localAsn
  const neighbour = {
    ...{ node: node.name, peer: session.peer, address: node.address, routerAddress: remote.address },
    ...{ interface: undefined, asn: localAsn, internal, families: session.families },
    password:
      session.password === undefined
        ? undefined
        : { placeholder: `PASSWORD-OF-${session.peer.toUpperCase()}`, value: undefined },
    hops: session.multihop ? ({ kind: 'multihop', ttl: 255 } as const) : ({ kind: 'any' } as const),
    timers:
      session.timersFrom === 'default'
        ? undefined
        : { holdTimeSeconds: session.holdTimeSeconds, keepaliveTimeSeconds: session.keepaliveTimeSeconds },
    ...{ bfd: session.bfdProfile, gracefulRestart: session.gracefulRestart, filter: PREFIX },
  }
  return {
    ...{ addresses: [remote.address], vrf: session.vrf, asn, routerId: undefined, port: session.port },
    ...{ peers: [session.peer], neighbours: [neighbour], prefix: PREFIX, advertiseDefault: false },
    filters: [{ name: PREFIX, entries: entries ?? ANY_ADDRESS, limits }],
    bfdProfiles: [],
    paths: { external: internal ? 0 : 1, internal: internal ? 1 : 0, mixedAsns: false },
  }
}
