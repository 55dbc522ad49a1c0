// Puts prefixes into the frame of their UPDATE until it is full.
import type { PrefixTable } from '../prefix-table.ts'
import type { UpdateFrame } from './update-frame.ts'

const LONGEST_MESSAGE_BYTES = 65_535
const LENGTH_AT = 16
const IPV6_BYTES = 16
const PATH_ID_BYTES = 4

/** One message at a time: `begin`, `add` until it refuses, `finish`. */
export class UpdatePacker {
  // A prefix is written as a whole address first, of which only its own bytes then count.
  readonly #bytes = new Uint8Array(LONGEST_MESSAGE_BYTES + IPV6_BYTES)
  readonly #view = new DataView(this.#bytes.buffer)
  #frame: UpdateFrame | undefined
  #pathIdBytes = 0
  #at = 0
  #end = 0

  begin(frame: UpdateFrame): void {
    this.#frame = frame
    this.#pathIdBytes = frame.pathId ? PATH_ID_BYTES : 0
    this.#bytes.set(frame.head)
    this.#at = frame.head.length
    this.#end = frame.longestBytes - frame.tail.length
  }

  /** False: no room for it. */
  add(prefixes: PrefixTable, slot: number): boolean {
    const length = prefixes.lengthAt(slot)
    const addressBytes = (length + 7) >> 3
    let at = this.#at
    if (at + this.#pathIdBytes + 1 + addressBytes > this.#end) return false
    // RFC 7911 §3: we have one path to each prefix, so one identifier for all.
    if (this.#pathIdBytes > 0) this.#view.setUint32(at, 0)
    at += this.#pathIdBytes
    this.#bytes[at++] = length
    prefixes.writeAddress(slot, this.#view, at)
    this.#at = at + addressBytes
    return true
  }

  /** The message, in memory of its own. */
  finish(): Uint8Array {
    const { tail, lengthOfRoutesAt, lengthOfRestAt } = this.#frame as UpdateFrame
    const routesEnd = this.#at
    this.#bytes.set(tail, routesEnd)
    const end = routesEnd + tail.length
    if (lengthOfRoutesAt !== undefined)
      this.#view.setUint16(lengthOfRoutesAt, routesEnd - lengthOfRoutesAt - 2)
    if (lengthOfRestAt !== undefined) this.#view.setUint16(lengthOfRestAt, end - lengthOfRestAt - 2)
    this.#view.setUint16(LENGTH_AT, end)
    return this.#bytes.slice(0, end)
  }
}
