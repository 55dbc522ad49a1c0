// A BGP neighbour that takes what comes: it opens, keeps the session alive, and counts announced IPv4 prefixes. Prints a line of JSON
// for each session that got End-of-RIB, and for every look at the count.
import { createServer } from 'node:net'

const HEADER_BYTES = 19
const KEEPALIVE = message(4, Buffer.alloc(0))
// AS 64501, hold time 90 s, router ID, capabilities: IPv4 unicast, AS numbers of four bytes.
const OPEN = message(
  1,
  Buffer.from([4, 0xfb, 0xf5, 0, 90, 10, 9, 0, 2, 14, 2, 12, 1, 4, 0, 1, 0, 1, 65, 4, 0, 0, 0xfb, 0xf5]),
)

function message(type, body) {
  const header = Buffer.alloc(HEADER_BYTES, 0xff)
  header.writeUInt16BE(HEADER_BYTES + body.length, 16)
  header[18] = type
  return Buffer.concat([header, body])
}

createServer((socket) => {
  const prefixes = new Set()
  let rest = Buffer.alloc(0)
  socket.setNoDelay(true)
  socket.write(OPEN)
  const alive = setInterval(() => socket.write(KEEPALIVE), 20_000)
  socket.on('error', () => undefined)
  socket.on('close', () => clearInterval(alive))
  socket.on('data', (bytes) => {
    rest = Buffer.concat([rest, bytes])
    const before = prefixes.size
    while (rest.length >= HEADER_BYTES && rest.length >= rest.readUInt16BE(16)) {
      const length = rest.readUInt16BE(16)
      if (rest[18] === 1) socket.write(KEEPALIVE)
      if (rest[18] === 2) count(rest.subarray(HEADER_BYTES, length), prefixes)
      rest = rest.subarray(length)
    }
    if (prefixes.size !== before)
      console.log(JSON.stringify({ from: socket.remoteAddress, count: prefixes.size, atMs: Date.now() }))
  })
}).listen(179, '0.0.0.0', () => console.log(JSON.stringify({ ready: true })))

function count(body, prefixes) {
  const withdrawn = body.readUInt16BE(0)
  let at = 4 + withdrawn + body.readUInt16BE(2 + withdrawn)
  for (; at < body.length; at += 5) prefixes.add(body.readUInt32BE(at + 1))
}
