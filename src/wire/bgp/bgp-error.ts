// What is wrong with a message of BGP: the reason, the NOTIFICATION it deserves, and the mildest treatment that is allowed.
import { type DecodeError, DecodeFault } from '../decode-error.ts'
import type { BgpFamily } from './families.ts'
import { BGP_ERROR, type NotificationContent } from './notification-codes.ts'

/** RFC 7606 §2, from the mildest to the strongest. */
const ACTIONS = ['discard-attribute', 'treat-as-withdraw', 'disable-family', 'reset'] as const
export type BgpErrorAction = (typeof ACTIONS)[number]

export interface BgpError extends DecodeError {
  /** to send when the session is reset for this */
  readonly notification: NotificationContent
  readonly action: BgpErrorAction
  /** the family to ignore from now on: only of `disable-family` */
  readonly family?: BgpFamily
  /** type of the path attribute concerned */
  readonly attribute?: number
}

/** A message, or why there is none. Lesser errors of an UPDATE stand beside its value, the strongest first. */
export type BgpDecoded<T> =
  | { readonly ok: true; readonly value: T; readonly errors: readonly BgpError[] }
  | { readonly ok: false; readonly error: BgpError; readonly errors: readonly BgpError[] }

/** Carries a BgpError to the border of a decoder. Never leaves this folder. */
export class BgpFault extends Error {
  override readonly name = 'BgpFault'
  readonly error: BgpError

  constructor(error: BgpError) {
    super(error.reason)
    this.error = error
  }
}

/** The treatment of everything that RFC 7606 does not soften. */
export const resetError = (
  why: DecodeError,
  [code, subcode]: readonly [code: number, subcode: number],
  data: Uint8Array = new Uint8Array(0),
): BgpError => ({ ...why, notification: { code, subcode, data }, action: 'reset' })

export const why = (
  at: number,
  reason: string,
  rfc: string,
  amounts: { readonly need?: number; readonly have?: number } = {},
): DecodeError => ({ protocol: 'bgp', at, reason, rfc, ...amounts })

/** The value, or the fault of a reader as an error. Anything else passes through. */
export function attempt<T>(read: () => T): { ok: true; value: T } | { ok: false; error: DecodeError } {
  try {
    return { ok: true, value: read() }
  } catch (thrown) {
    if (thrown instanceof DecodeFault) return { ok: false, error: thrown.error }
    throw thrown
  }
}

/** RFC 7606 §3 (h): of several errors, the strongest action is taken. */
export const strongestFirst = (errors: readonly BgpError[]): BgpError[] =>
  [...errors].sort((a, b) => ACTIONS.indexOf(b.action) - ACTIONS.indexOf(a.action))

/** What to do about an UPDATE; undefined when nothing is wrong with it. */
export const strongestAction = (errors: readonly BgpError[]): BgpErrorAction | undefined =>
  strongestFirst(errors)[0]?.action

/** RFC 4271 §6.3: the attribute goes into the NOTIFICATION, as far as it fits into 4,096 bytes. */
export const attributeData = (raw: Uint8Array): Uint8Array => raw.slice(0, 4096 - 21)

/** An error in an UPDATE. */
export const updateError = (
  reason: DecodeError,
  treatment: {
    readonly subcode: number
    readonly action: BgpErrorAction
    readonly data?: Uint8Array
    readonly family?: BgpFamily
    readonly attribute?: number
  },
): BgpError => {
  const { subcode, action, data = new Uint8Array(0), family, attribute } = treatment
  return {
    ...reason,
    notification: { code: BGP_ERROR.update, subcode, data },
    action,
    ...(family === undefined ? {} : { family }),
    ...(attribute === undefined ? {} : { attribute }),
  }
}
