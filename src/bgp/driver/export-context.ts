// What our routes look like to a peer: depends on what was agreed, and on the addresses of the connection.

import type { ConnectionEnds } from '../endpoints.ts'
import type { ExportContext } from '../outbound.ts'
import type { Agreement } from '../session/agreement.ts'

const LINK_LOCAL = 0xfe8n

export function exportContext(agreement: Agreement, ends: ConnectionEnds, localAsn: number): ExportContext {
  const { address } = ends.local
  const unnumbered = address.family === 6 && address.value >> 116n === LINK_LOCAL
  return {
    wire: agreement.sending,
    internal: agreement.internal,
    localAsn,
    families: agreement.families,
    // RFC 4271 §5.1.3: our own address on the session, which the peer surely reaches; for the other family, of the same interface.
    nextHop4: address.family === 4 ? address : ends.ipv4,
    nextHop6: address.family === 6 && !unnumbered ? address : ends.ipv6,
    linkLocal: unnumbered ? address : ends.linkLocal,
  }
}
