// RTM_NEWRULE → Rule.
//
//   struct fib_rule_hdr: | family | dst length | src length | tos | table | 0 | 0 | action | flags (4) | attributes …
import type { Rule } from '../../diagnose/ports/tables.ts'
import { type IpFamily, ipBits } from '../../net/ip.ts'
import { type Prefix, prefixOf } from '../../net/prefix.ts'
import { Attributes } from './message.ts'
import { familyOf, ipOf } from './names.ts'

export const RTM_RULE = { new: 32, delete: 33, get: 34 } as const
const HEADER_BYTES = 12
const FRA = {
  destination: 1,
  source: 2,
  inputInterface: 3,
  priority: 6,
  mark: 10,
  suppressPrefixLength: 14,
  table: 15,
  mask: 16,
  outputInterface: 17,
  vrf: 19,
} as const
const FIB_RULE_INVERT = 2
const NOT_SET = 0xffffffff

const ACTIONS: Readonly<Record<number, Rule['action']>> = {
  1: 'table',
  2: 'goto',
  3: 'nop',
  6: 'blackhole',
  7: 'unreachable',
  8: 'prohibit',
}

export const rulesRequest = (): Uint8Array => new Uint8Array(HEADER_BYTES)

export function decodeRule(payload: Buffer): Rule | undefined {
  if (payload.length < HEADER_BYTES) return undefined
  const family = familyOf(payload.readUInt8(0))
  if (family === undefined) return undefined
  const attributes = new Attributes(payload, HEADER_BYTES)
  const mark = attributes.u32(FRA.mark)
  const suppress = attributes.u32(FRA.suppressPrefixLength)
  const action = payload.readUInt8(7)
  return {
    family,
    priority: attributes.u32(FRA.priority) ?? 0,
    not: (payload.readUInt32LE(8) & FIB_RULE_INVERT) !== 0,
    from: selector(attributes.bytes(FRA.source), payload.readUInt8(2), family),
    to: selector(attributes.bytes(FRA.destination), payload.readUInt8(1), family),
    inputInterface: attributes.text(FRA.inputInterface),
    outputInterface: attributes.text(FRA.outputInterface),
    mark: mark === undefined ? undefined : { value: mark, mask: attributes.u32(FRA.mask) ?? NOT_SET },
    vrf: attributes.u8(FRA.vrf) === 1,
    action: ACTIONS[action] ?? `${action}`,
    table: attributes.u32(FRA.table) ?? payload.readUInt8(4),
    suppressPrefixLength: suppress === undefined || suppress === NOT_SET ? undefined : suppress,
  }
}

function selector(bytes: Buffer | undefined, length: number, family: IpFamily): Prefix | undefined {
  const address = ipOf(bytes)
  return address === undefined ? undefined : prefixOf(address, Math.min(length, ipBits(family)))
}
