// NOTIFICATIONs that end a session without an error (RFC 4486).
import { BGP_ERROR, type NotificationContent } from '../wire/bgp/notification-codes.ts'

/** @param subcode of CEASE */
export const cease = (subcode: number, data: Uint8Array = new Uint8Array(0)): NotificationContent => ({
  ...{ code: BGP_ERROR.cease, subcode, data },
})
