// A table in the form of RFC 6396 (TABLE_DUMP_V2), which gobgp reads many routes from at once.
import { writeFileSync } from 'node:fs'

const TABLE_DUMP_V2 = 13
const PEER_INDEX_TABLE = 1
const RIB_IPV4_UNICAST = 2

const ipv4 = (text) => Buffer.from(text.split('.').map(Number))

function record(subtype, body) {
  const head = Buffer.alloc(12)
  head.writeUInt16BE(TABLE_DUMP_V2, 4)
  head.writeUInt16BE(subtype, 6)
  head.writeUInt32BE(body.length, 8)
  return Buffer.concat([head, body])
}

const uint = (bytes, value) => {
  const buffer = Buffer.alloc(bytes)
  buffer.writeUIntBE(value, 0, bytes)
  return buffer
}

/** The client of gobgp ends before all that it sent is out: what is lost is this repetition. */
const PADDING = 10_000

/** `count` host routes from the address `first` on, as `{address, asn}` would have them. */
export function writeMrt(path, count, first, { address, asn }) {
  const peer = Buffer.concat([uint(1, 2), ipv4(address), ipv4(address), uint(4, asn)])
  const index = Buffer.concat([ipv4(address), uint(2, 0), uint(2, 1), peer])
  // ORIGIN IGP, an empty AS_PATH, NEXT_HOP
  const attributes = Buffer.concat([Buffer.from([0x40, 1, 1, 0, 0x40, 2, 0, 0x40, 3, 4]), ipv4(address)])
  const entry = Buffer.concat([uint(2, 1), uint(2, 0), uint(4, 0), uint(2, attributes.length), attributes])
  const records = [record(PEER_INDEX_TABLE, index)]
  for (let n = 0; n < count + PADDING; n++) {
    const i = n % count
    records.push(
      record(RIB_IPV4_UNICAST, Buffer.concat([uint(4, i), Buffer.from([32]), uint(4, first + i), entry])),
    )
  }
  writeFileSync(path, Buffer.concat(records))
}
