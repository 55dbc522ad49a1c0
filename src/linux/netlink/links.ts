// RTM_NEWLINK → Link.
//
//   struct ifinfomsg: | family (1) | pad (1) | ARPHRD type (2) | index (4) | flags (4) | change (4) | attributes …
import type { Link, LinkFlags } from '../../diagnose/ports/tables.ts'
import { macFromBytes } from '../../net/mac.ts'
import { Attributes } from './message.ts'
import { bondMode, operState } from './names.ts'

export const RTM_LINK = { new: 16, delete: 17, get: 18 } as const
const IFINFOMSG_BYTES = 16
const IFLA = {
  address: 1,
  name: 3,
  mtu: 4,
  link: 5,
  master: 10,
  operState: 16,
  linkInfo: 18,
  carrier: 33,
} as const
const INFO = { kind: 1, data: 2, slaveKind: 4 } as const

/** All interfaces. */
export const linksRequest = (): Uint8Array => new Uint8Array(IFINFOMSG_BYTES)

/** undefined for a message that is too short or has no name. */
export function decodeLink(payload: Buffer): Link | undefined {
  if (payload.length < IFINFOMSG_BYTES) return undefined
  const attributes = new Attributes(payload, IFINFOMSG_BYTES)
  const name = attributes.text(IFLA.name)
  if (name === undefined) return undefined
  const info = attributes.nested(IFLA.linkInfo)
  const carrier = attributes.u8(IFLA.carrier)
  const mac = attributes.bytes(IFLA.address)
  return {
    index: payload.readInt32LE(4),
    name,
    kind: info.text(INFO.kind),
    hardwareType: payload.readUInt16LE(2),
    flags: linkFlags(payload.readUInt32LE(8)),
    operState: operState(attributes.u8(IFLA.operState)),
    carrier: carrier === undefined ? undefined : carrier === 1,
    mac: mac === undefined ? undefined : macFromBytes(mac),
    mtu: attributes.u32(IFLA.mtu) ?? 0,
    masterIndex: attributes.u32(IFLA.master),
    slaveKind: info.text(INFO.slaveKind),
    parentIndex: attributes.u32(IFLA.link),
    ...kindFacts(info),
  }
}

function linkFlags(bits: number): LinkFlags {
  const has = (bit: number) => (bits & bit) !== 0
  return {
    up: has(0x1),
    broadcast: has(0x2),
    loopback: has(0x8),
    pointToPoint: has(0x10),
    running: has(0x40),
    noArp: has(0x80),
    promiscuous: has(0x100),
    slave: has(0x800),
    multicast: has(0x1000),
  }
}

/** The attributes of INFO.data mean something else for each kind. */
function kindFacts(info: Attributes): Pick<Link, 'vlanId' | 'bond' | 'bridge' | 'vrfTable'> {
  const kind = info.text(INFO.kind)
  const data = info.nested(INFO.data)
  const facts = { vlanId: undefined, bond: undefined, bridge: undefined, vrfTable: undefined }
  switch (kind) {
    case 'vlan':
      return { ...facts, vlanId: data.u16(1) }
    case 'bond':
      return { ...facts, bond: { mode: bondMode(data.u8(1) ?? 0), activeSlaveIndex: data.u32(2) } }
    case 'bridge':
      return { ...facts, bridge: { vlanFiltering: data.u8(7) === 1 } }
    case 'vrf':
      return { ...facts, vrfTable: data.u32(1) }
    default:
      return facts
  }
}
