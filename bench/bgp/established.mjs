// When a session was up, seen from outside: the later of the first KEEPALIVEs of both sides, in a capture by tcpdump.
import { readFileSync } from 'node:fs'

const PCAP_HEADER = 24
const KEEPALIVE = 4

/** Milliseconds of the calendar; undefined: not yet. */
export function establishedAt(path, speaker) {
  const bytes = readFileSync(path)
  const first = new Map()
  for (let at = PCAP_HEADER; at + 16 <= bytes.length; ) {
    const ms = bytes.readUInt32LE(at) * 1000 + bytes.readUInt32LE(at + 4) / 1000
    const captured = bytes.readUInt32LE(at + 8)
    const frame = bytes.subarray(at + 16, at + 16 + captured)
    at += 16 + captured
    const packet = frame.subarray(14)
    const tcp = packet.subarray((packet[0] & 15) * 4)
    const payload = tcp.subarray((tcp[12] >> 4) * 4)
    const from = packet.subarray(12, 16).join('.') === speaker ? 'speaker' : 'receiver'
    if (!first.has(from) && hasKeepalive(payload)) first.set(from, ms)
    if (first.size === 2) return Math.max(...first.values())
  }
  return undefined
}

/** Before the first KEEPALIVE of a side, each of its segments begins with a message. */
function hasKeepalive(payload) {
  for (let at = 0; at + 19 <= payload.length; at += Math.max(19, payload.readUInt16BE(at + 16)))
    if (payload[at + 18] === KEEPALIVE) return true
  return false
}
