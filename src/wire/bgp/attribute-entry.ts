// What an entry of the table of path attributes holds.
import type { Reader } from '../reader.ts'
import type { Writer } from '../writer.ts'
import type { BgpErrorAction } from './bgp-error.ts'
import type { BgpContext } from './context.ts'
import type { KnownAttribute } from './path-attribute.ts'

/** What the decoder of an attribute may know and say. */
export interface AttributeScope {
  readonly context: BgpContext
  /** tells of an error after which the attribute can still be read to its end and kept */
  readonly report: (
    reason: { readonly at: number; readonly reason: string; readonly rfc: string },
    treatment: { readonly subcode: number; readonly action: BgpErrorAction },
  ) => void
}

export type AttributeFlags = 'well-known' | 'optional' | 'optional-transitive'

export interface AttributeEntry<A extends KnownAttribute> {
  readonly type: number
  /** by the name of the RFC */
  readonly name: string
  readonly flags: AttributeFlags
  /** whether the value may have that many bytes; a wrong number is an Attribute Length Error */
  readonly lengthIsRight: (bytes: number, context: BgpContext) => boolean
  /** what is done when the attribute is wrong */
  readonly action: BgpErrorAction
  /** the subcode of the UPDATE error when the value, not the length, is wrong */
  readonly subcode: number
  /** where the treatment is prescribed */
  readonly rfc: string
  /** RFC 7606 §7.5, §7.9, §7.10: discarded when it comes from an external peer */
  readonly internalOnly?: true
  /** undefined = not for us, keep the bytes */
  decode(r: Reader, scope: AttributeScope, partial: boolean): A | undefined
  encode(w: Writer, attribute: A, context: BgpContext): void
}
