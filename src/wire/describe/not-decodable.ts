import { type DecodeError, formatDecodeError } from '../decode-error.ts'

/** `ARP from 02:00:00:00:00:01 not decodable: arp: truncated at byte 24: needs 4, has 2 (RFC 826)` */
export const notDecodable = (what: string, error: DecodeError): string =>
  `${what} not decodable: ${formatDecodeError(error)}`
