// What an embedded router tells while it runs, and what it knows at any time.
import type { RouteChange, SelectedRoute } from '../bgp/decision/loc-rib.ts'
import type { Endpoint } from '../bgp/endpoints.ts'
import type { Agreement } from '../bgp/session/agreement.ts'
import type { BgpPeerStatus } from '../bgp/status.ts'
import type { Ip } from '../net/ip.ts'
import type { BgpError } from '../wire/bgp/bgp-error.ts'

/** `atMs` is of the calendar. */
export type RouterEvent = { readonly atMs: number } & RouterEventContent

export type RouterEventContent =
  | { readonly kind: 'peer-up'; readonly peer: string; readonly agreement: Agreement }
  /** a session or an attempt ended; `words` say why */
  | {
      readonly kind: 'peer-down'
      readonly peer: string
      readonly established: boolean
      readonly words: string
    }
  /** nobody here wants to talk to it */
  | { readonly kind: 'refused'; readonly remote: Endpoint }
  /** errors in UPDATEs that did not end the session (RFC 7606) */
  | {
      readonly kind: 'update-errors'
      readonly peer: string
      readonly errors: readonly BgpError[]
      readonly total: number
    }
  | { readonly kind: 'route'; readonly change: RouteChange }
  /** what the fault did to somebody */
  | { readonly kind: 'fault'; readonly remote: Endpoint; readonly what: string }

export interface RouterSnapshot {
  readonly asn: number
  readonly routerId: Ip
  readonly peers: readonly BgpPeerStatus[]
  readonly routes: { readonly 4: readonly SelectedRoute[]; readonly 6: readonly SelectedRoute[] }
}
