// Why bytes could not be decoded, as a value.

/** A refusal of bytes. Plain data: it can be counted, compared, shown and sent to another thread. */
export interface DecodeError {
  /** the codec that refused: `arp`, `ipv6`, `bfd` */
  readonly protocol: string
  /** offset of the first byte concerned, counted from the start of the bytes given to the decoder */
  readonly at: number
  /** why, in kebab-case; `truncated` whenever there are fewer bytes than needed */
  readonly reason: string
  /** what the rule asks for (bytes when truncated, else the value expected) */
  readonly need?: number
  /** what is there */
  readonly have?: number
  /** the document that decides: `RFC 826` */
  readonly rfc: string
}

/** What a decoder gives: the value, or why there is none. */
export type Decoded<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: DecodeError }

/** Carries a DecodeError from the depth of a decoder to its border. Never leaves src/wire. */
export class DecodeFault extends Error {
  override readonly name = 'DecodeFault'
  readonly error: DecodeError

  constructor(error: DecodeError) {
    super(error.reason)
    this.error = error
  }
}

/** One line for people: `arp: truncated at byte 24: needs 4, has 2 (RFC 826)`. */
export function formatDecodeError({ protocol, at, reason, need, have, rfc }: DecodeError): string {
  const amounts = [need === undefined ? [] : `needs ${need}`, have === undefined ? [] : `has ${have}`].flat()
  const detail = amounts.length === 0 ? '' : `: ${amounts.join(', ')}`
  return `${protocol}: ${reason.replaceAll('-', ' ')} at byte ${at}${detail} (${rfc})`
}
