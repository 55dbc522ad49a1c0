// The messages that stand alone: what one byte of type and one map say. Containers (compound, compressed, encrypted, with a
// checksum) are in packet.ts, the exchange of whole states in push-pull.ts.
//
//   | type (1) | map of the fields, by their names in Go |        user: | 8 | bytes of the application … |
import type { Ip } from '../../net/ip.ts'
import type { Decoded } from '../decode-error.ts'
import { decoding } from '../decoding.ts'
import type { Reader } from '../reader.ts'
import { Writer } from '../writer.ts'
import {
  address,
  boolean,
  bytes,
  type GoStruct,
  memberName,
  meta,
  omitZero,
  readStruct,
  text,
  uint16,
  uint32,
  writeStruct,
} from './go-struct.ts'
import { GOSSIP_TYPE, MEMBERLIST } from './protocol.ts'
import { type Versions, versions } from './versions.ts'

/** Where a reply is wanted, and by whom. */
export interface PingSource {
  readonly address: Ip
  readonly port: number
  /** name of the member; may be empty */
  readonly node: string
}

export interface PingMessage {
  readonly kind: 'ping'
  readonly sequence: number
  /** who is meant; everybody else keeps silent. Empty from old members: whoever gets it */
  readonly node: string
  readonly source: PingSource | undefined
}

export interface IndirectPingMessage {
  readonly kind: 'indirect-ping'
  readonly sequence: number
  readonly target: Ip
  /** 0 from old members: the port of the receiver */
  readonly port: number
  readonly node: string
  /** say so when the target keeps silent */
  readonly nack: boolean
  readonly source: PingSource | undefined
}

export interface AliveMessage {
  readonly kind: 'alive'
  readonly incarnation: number
  readonly node: string
  readonly address: Ip
  /** 0 from old members: the port of the receiver */
  readonly port: number
  /** opaque data of the application */
  readonly meta: Uint8Array
  readonly versions: Versions | undefined
}

/** `from` says so of `node`. In `dead`, a member that names itself has left. */
export interface AccusationMessage {
  readonly kind: 'suspect' | 'dead'
  readonly incarnation: number
  readonly node: string
  readonly from: string
}

export type GossipMessage =
  | PingMessage
  | IndirectPingMessage
  | { readonly kind: 'ack'; readonly sequence: number; readonly payload: Uint8Array }
  | { readonly kind: 'nack'; readonly sequence: number }
  | AliveMessage
  | AccusationMessage
  | { readonly kind: 'user'; readonly payload: Uint8Array }
  /** the answer to a stream that could not be read */
  | { readonly kind: 'error'; readonly text: string }

const SOURCE = {
  SourceAddr: omitZero(address),
  SourcePort: omitZero(uint16),
  SourceNode: omitZero(memberName),
}
const PING = { SeqNo: uint32, Node: memberName, ...SOURCE }
const INDIRECT_PING = {
  SeqNo: uint32,
  Target: address,
  Port: uint16,
  Node: memberName,
  Nack: boolean,
  ...SOURCE,
}
const ACK = { SeqNo: uint32, Payload: bytes }
const NACK = { SeqNo: uint32 }
const ACCUSATION = { Incarnation: uint32, Node: memberName, From: memberName }
const ALIVE = {
  Incarnation: uint32,
  Node: memberName,
  Addr: address,
  Port: uint16,
  Meta: meta,
  Vsn: versions,
}
const ERROR = { Error: text }

/** Bytes behind the map are left out of account, as memberlist does. */
export const decodeGossipMessage = (input: Uint8Array): Decoded<GossipMessage> =>
  decoding('gossip', MEMBERLIST, input, readGossipMessage)

export function readGossipMessage(r: Reader): GossipMessage {
  const at = r.at
  const type = r.u8()
  switch (type) {
    case GOSSIP_TYPE.ping: {
      const fields = readStruct(r, PING)
      return { kind: 'ping', sequence: fields.SeqNo, node: fields.Node, source: sourceOf(fields) }
    }
    case GOSSIP_TYPE.indirectPing:
      return readIndirectPing(r)
    case GOSSIP_TYPE.ack: {
      const { SeqNo, Payload } = readStruct(r, ACK)
      return { kind: 'ack', sequence: SeqNo, payload: Payload }
    }
    case GOSSIP_TYPE.nack:
      return { kind: 'nack', sequence: readStruct(r, NACK).SeqNo }
    case GOSSIP_TYPE.suspect:
    case GOSSIP_TYPE.dead: {
      const { Incarnation: incarnation, Node: node, From: from } = readStruct(r, ACCUSATION)
      return { kind: type === GOSSIP_TYPE.dead ? 'dead' : 'suspect', incarnation, node, from }
    }
    case GOSSIP_TYPE.alive:
      return readAlive(r)
    case GOSSIP_TYPE.user:
      return { kind: 'user', payload: r.rest().slice() }
    case GOSSIP_TYPE.error:
      return { kind: 'error', text: readStruct(r, ERROR).Error }
    default:
      throw r.reject('unknown-message-type', MEMBERLIST, { at, have: type })
  }
}

function readIndirectPing(r: Reader): IndirectPingMessage {
  const at = r.at
  const fields = readStruct(r, INDIRECT_PING)
  const { SeqNo: sequence, Target: target, Port: port, Node: node, Nack: nack } = fields
  if (target === undefined) throw r.reject('no-address', MEMBERLIST, { at })
  return { kind: 'indirect-ping', sequence, target, port, node, nack, source: sourceOf(fields) }
}

function readAlive(r: Reader): AliveMessage {
  const at = r.at
  const { Incarnation, Node, Addr, Port, Meta, Vsn } = readStruct(r, ALIVE)
  if (Addr === undefined) throw r.reject('no-address', MEMBERLIST, { at })
  return {
    ...{ kind: 'alive', incarnation: Incarnation, node: Node, address: Addr, port: Port },
    ...{ meta: Meta, versions: Vsn },
  }
}

/** Without an address or a port, the reply goes to where the packet came from. */
function sourceOf({ SourceAddr, SourcePort, SourceNode }: GoStruct<typeof SOURCE>): PingSource | undefined {
  if (SourceAddr === undefined || SourcePort === 0) return undefined
  return { address: SourceAddr, port: SourcePort, node: SourceNode }
}

export function encodeGossipMessage(message: GossipMessage): Uint8Array {
  const w = new Writer()
  switch (message.kind) {
    case 'ping':
      w.u8(GOSSIP_TYPE.ping)
      writeStruct(w, PING, { SeqNo: message.sequence, Node: message.node, ...fieldsOf(message.source) })
      break
    case 'indirect-ping': {
      const { sequence, target, port, node, nack, source } = message
      const fields = { SeqNo: sequence, Target: target, Port: port, Node: node, Nack: nack }
      w.u8(GOSSIP_TYPE.indirectPing)
      writeStruct(w, INDIRECT_PING, { ...fields, ...fieldsOf(source) })
      break
    }
    case 'ack':
      writeStruct(w.u8(GOSSIP_TYPE.ack), ACK, { SeqNo: message.sequence, Payload: message.payload })
      break
    case 'nack':
      writeStruct(w.u8(GOSSIP_TYPE.nack), NACK, { SeqNo: message.sequence })
      break
    case 'suspect':
    case 'dead': {
      const { incarnation, node, from } = message
      w.u8(message.kind === 'dead' ? GOSSIP_TYPE.dead : GOSSIP_TYPE.suspect)
      writeStruct(w, ACCUSATION, { Incarnation: incarnation, Node: node, From: from })
      break
    }
    case 'alive': {
      const { incarnation, node, address: addr, port, meta, versions: vsn } = message
      const who = { Incarnation: incarnation, Node: node, Addr: addr, Port: port }
      writeStruct(w.u8(GOSSIP_TYPE.alive), ALIVE, { ...who, Meta: meta, Vsn: vsn })
      break
    }
    case 'user':
      w.u8(GOSSIP_TYPE.user).bytes(message.payload)
      break
    case 'error':
      writeStruct(w.u8(GOSSIP_TYPE.error), ERROR, { Error: message.text })
      break
  }
  return w.finish()
}

const fieldsOf = (source: PingSource | undefined): GoStruct<typeof SOURCE> => ({
  SourceAddr: source?.address,
  SourcePort: source?.port ?? 0,
  SourceNode: source?.node ?? '',
})
