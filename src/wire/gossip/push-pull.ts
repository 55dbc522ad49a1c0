// The exchange of whole states over TCP. Nothing says how long it is, so it is read as far as it has come.
//
//   | 6 | map {Nodes, UserStateLen, Join} | a map for each of the nodes … | state of the application (UserStateLen) |
import type { Ip } from '../../net/ip.ts'
import type { Decoded, DecodeError } from '../decode-error.ts'
import { decoding } from '../decoding.ts'
import type { Reader } from '../reader.ts'
import { Writer } from '../writer.ts'
import {
  address,
  boolean,
  int32,
  memberName,
  meta,
  readStruct,
  uint8,
  uint16,
  uint32,
  writeStruct,
} from './go-struct.ts'
import { GOSSIP_TYPE, MEMBER_STATES, MEMBERLIST, type MemberState } from './protocol.ts'
import { type Versions, versions } from './versions.ts'

/** What somebody believes of a member. */
export interface NodeState {
  readonly name: string
  readonly address: Ip
  /** 0 from old members: the port of the receiver */
  readonly port: number
  readonly meta: Uint8Array
  readonly incarnation: number
  readonly state: MemberState
  readonly versions: Versions | undefined
}

export interface PushPullMessage {
  readonly kind: 'push-pull'
  /** the sender wants to become a member, rather than to compare */
  readonly join: boolean
  readonly nodes: readonly NodeState[]
  /** opaque state of the application: serf has one, MetalLB has none */
  readonly userState: Uint8Array
}

const HEADER = { Nodes: int32, UserStateLen: int32, Join: boolean }
const NODE = {
  ...{ Name: memberName, Addr: address, Port: uint16, Meta: meta },
  ...{ Incarnation: uint32, State: uint8, Vsn: versions },
}

export function encodePushPull({ join, nodes, userState }: Omit<PushPullMessage, 'kind'>): Uint8Array {
  const w = new Writer().u8(GOSSIP_TYPE.pushPull)
  writeStruct(w, HEADER, { Nodes: nodes.length, UserStateLen: userState.length, Join: join })
  for (const node of nodes)
    writeStruct(w, NODE, {
      ...{ Name: node.name, Addr: node.address, Port: node.port, Meta: node.meta },
      ...{ Incarnation: node.incarnation, State: MEMBER_STATES.indexOf(node.state), Vsn: node.versions },
    })
  return w.bytes(userState).finish()
}

/** Reads a push/pull from bytes that grow. What was read once is not read again. */
export class PushPullReader {
  #header: { readonly nodes: number; readonly userStateBytes: number; readonly join: boolean } | undefined
  readonly #nodes: NodeState[] = []
  #at = 1
  #error: DecodeError | undefined

  /**
   * @param input everything that has come, from the type byte on; each time with what was there the last time
   * @returns undefined while something is missing
   */
  read(input: Uint8Array): Decoded<PushPullMessage> | undefined {
    this.#header ??= this.#step(input, readHeader)
    const header = this.#header
    while (header !== undefined && this.#error === undefined && this.#nodes.length < header.nodes) {
      const node = this.#step(input, readNode)
      if (node === undefined) break
      this.#nodes.push(node)
    }
    if (this.#error !== undefined) return { ok: false, error: this.#error }
    if (header === undefined || this.#nodes.length < header.nodes) return undefined
    if (input.length - this.#at < header.userStateBytes) return undefined
    const userState = input.slice(this.#at, this.#at + header.userStateBytes)
    return { ok: true, value: { kind: 'push-pull', join: header.join, nodes: this.#nodes, userState } }
  }

  #step<T>(input: Uint8Array, read: (r: Reader) => T): T | undefined {
    let length = 0
    const result = decoding('gossip', MEMBERLIST, input.subarray(this.#at), (r) => {
      const value = read(r)
      length = r.consumed
      return value
    })
    if (result.ok) {
      this.#at += length
      return result.value
    }
    if (result.error.reason !== 'truncated') this.#error = { ...result.error, at: result.error.at + this.#at }
    return undefined
  }
}

function readHeader(r: Reader): {
  readonly nodes: number
  readonly userStateBytes: number
  readonly join: boolean
} {
  const { Nodes, UserStateLen, Join } = readStruct(r, HEADER)
  return { nodes: Nodes, userStateBytes: UserStateLen, join: Join }
}

function readNode(r: Reader): NodeState {
  const at = r.at
  const { Name, Addr, Port, Meta, Incarnation, State, Vsn } = readStruct(r, NODE)
  const state = MEMBER_STATES[State]
  if (state === undefined)
    throw r.reject('unknown-member-state', MEMBERLIST, { at, need: MEMBER_STATES.length - 1, have: State })
  if (Addr === undefined) throw r.reject('no-address', MEMBERLIST, { at })
  return {
    ...{ name: Name, address: Addr, port: Port, meta: Meta },
    ...{ incarnation: Incarnation, state, versions: Vsn },
  }
}
