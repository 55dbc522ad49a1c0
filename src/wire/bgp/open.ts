// OPEN: who a speaker is and what it can do.
// Standards: RFC 4271 §4.2, §6.2; RFC 5492 (capabilities); RFC 9072 (extended optional parameters); RFC 6793 §4.2.1;
// RFC 6286 §2.1 (router identifier); RFC 7607 §2 (AS 0).
import type { Ip } from '../../net/ip.ts'
import { readIpv4, writeIp } from '../addresses.ts'
import type { Reader } from '../reader.ts'
import { Writer } from '../writer.ts'
import { AS_TRANS } from './as-path.ts'
import { type BgpError, BgpFault, resetError, why } from './bgp-error.ts'
import type { Capability } from './capability.ts'
import { readCapabilities, writeCapability } from './capability-table.ts'
import { BGP_HEADER_BYTES } from './framer.ts'
import { BGP_ERROR, OPEN_ERROR } from './notification-codes.ts'

const BGP_VERSION = 4
const CAPABILITIES_PARAMETER = 2
/** RFC 9072 §2: as the type of the first parameter, it announces the longer form. */
const EXTENDED_FORM = 255

export interface OpenMessage {
  readonly kind: 'open'
  /** the two-byte field; `openAsn` gives the number that counts */
  readonly shortAsn: number
  readonly holdTimeSeconds: number
  readonly routerId: Ip
  /** of all parameters, in order */
  readonly capabilities: readonly Capability[]
  /** optional parameters that are not capabilities; `checkOpen` objects to them */
  readonly otherParameters: readonly { readonly type: number; readonly bytes: Uint8Array }[]
}

/**
 * Reads an OPEN behind its header. What is well formed and yet not acceptable is left to `checkOpen`, so that it can be
 * shown.
 *
 *   | version (1) | AS (2) | hold time (2) | router identifier (4) | length (1) | type (1) | length (1) | value | …
 *   or, RFC 9072 §2:                      … | 255 (1) | 255 (1) | length (2) | type (1) | length (2) | value | …
 */
export function readOpen(r: Reader): OpenMessage {
  const version = r.u8()
  if (version !== BGP_VERSION)
    throw new BgpFault(
      resetError(
        why(BGP_HEADER_BYTES, 'unsupported-version', 'RFC 4271 §6.2', { need: BGP_VERSION, have: version }),
        [BGP_ERROR.open, OPEN_ERROR.unsupportedVersion],
        Uint8Array.of(0, BGP_VERSION),
      ),
    )
  const shortAsn = r.u16()
  const holdTimeSeconds = r.u16()
  const routerId = readIpv4(r)
  const capabilities: Capability[] = []
  const otherParameters: { type: number; bytes: Uint8Array }[] = []
  const { parameters, extended } = parameterBlock(r)
  while (parameters.remaining > 0) {
    const type = parameters.u8()
    const value = parameters.sub(extended ? parameters.u16() : parameters.u8())
    if (type === CAPABILITIES_PARAMETER) capabilities.push(...readCapabilities(value))
    else otherParameters.push({ type, bytes: value.rest() })
  }
  return { kind: 'open', shortAsn, holdTimeSeconds, routerId, capabilities, otherParameters }
}

function parameterBlock(r: Reader): { parameters: Reader; extended: boolean } {
  const length = r.u8()
  // RFC 9072 §2: the length byte is to be ignored then, unless it is 0.
  const extended = length > 0 && r.peek() === EXTENDED_FORM
  if (extended) r.skip(1)
  const parameters = r.sub(extended ? r.u16() : length)
  r.finish()
  return { parameters, extended }
}

/** All capabilities go into one parameter (RFC 5492 §4); the extended form is taken only where the other is too short. */
export function writeOpen(w: Writer, open: OpenMessage): void {
  w.u8(BGP_VERSION).u16(open.shortAsn).u16(open.holdTimeSeconds)
  writeIp(w, open.routerId)
  const capabilities = new Writer()
  for (const capability of open.capabilities) writeCapability(capabilities, capability)
  const parameters = open.otherParameters.map(({ type, bytes }) => ({ type, bytes }))
  if (capabilities.length > 0)
    parameters.unshift({ type: CAPABILITIES_PARAMETER, bytes: capabilities.finish() })
  const block = new Writer()
  for (const { type, bytes } of parameters) block.u8(type).u16(bytes.length).bytes(bytes)
  const shortBytes = block.length - parameters.length
  // A first parameter of type 255 would be taken for the extended form, so it needs that form.
  const extended = shortBytes > 255 || parameters[0]?.type === EXTENDED_FORM
  if (extended) {
    w.u8(EXTENDED_FORM).u8(EXTENDED_FORM).u16(block.length).bytes(block.finish())
    return
  }
  w.u8(shortBytes)
  for (const { type, bytes } of parameters) w.u8(type).u8(bytes.length).bytes(bytes)
}

/** The AS number of the speaker: of the capability where there is one (RFC 6793 §4.1). */
export function openAsn(open: OpenMessage): number {
  for (const capability of open.capabilities) if (capability.kind === 'four-octet-as') return capability.asn
  return open.shortAsn
}

/** What every receiver must refuse, whatever it is configured to expect. In the order of RFC 4271 §6.2. */
export function checkOpen(open: OpenMessage): BgpError[] {
  const errors: BgpError[] = []
  const refuse = (at: number, reason: string, rfc: string, subcode: number, data?: Uint8Array): void => {
    errors.push(resetError(why(at, reason, rfc), [BGP_ERROR.open, subcode], data))
  }
  if (openAsn(open) === 0 || open.shortAsn === 0)
    refuse(20, 'as-number-is-0', 'RFC 7607 §2', OPEN_ERROR.badPeerAs, new Writer().u16(0).finish())
  for (const { type, bytes } of open.otherParameters)
    refuse(
      28,
      'unsupported-optional-parameter',
      'RFC 4271 §6.2',
      OPEN_ERROR.unsupportedParameter,
      Uint8Array.of(type, Math.min(bytes.length, 255), ...bytes.subarray(0, 255)),
    )
  const hold = open.holdTimeSeconds
  // RFC 4271 §6.2: 0 means no keepalives at all; 1 and 2 must be refused.
  if (hold === 1 || hold === 2)
    refuse(
      22,
      'unacceptable-hold-time',
      'RFC 4271 §6.2',
      OPEN_ERROR.unacceptableHoldTime,
      Uint8Array.of(0, hold),
    )
  if (open.routerId.value === 0n)
    refuse(24, 'router-identifier-is-0', 'RFC 6286 §2.2', OPEN_ERROR.badIdentifier, new Uint8Array(4))
  return errors
}

/** The short AS field for a number: AS_TRANS where it does not fit (RFC 6793 §4.2.1). */
export const shortAsnOf = (asn: number): number => (asn > 0xffff ? AS_TRANS : asn)
