// Asks for addresses by ARP and tells who answers. Bundled by bench/soak/lab.mjs. Arguments: interface, its address.
// A line on stdin is a list of addresses; a line on stdout one reply to them: {"address", "mac"}. Prints "ready" first.
import { createInterface } from 'node:readline'
import { anyArp } from '../../src/linux/bpf/responder-filters.ts'
import { loadLibc, pinned } from '../../src/linux/libc.ts'
import { PacketSocket } from '../../src/linux/packet/packet-socket.ts'
import { formatIp, parseIp } from '../../src/net/ip.ts'
import { ARP_OPERATION, decodeArp } from '../../src/wire/arp/arp.ts'
import { arpRequestFrame } from '../../src/wire/arp/frames.ts'

const [interfaceName, ownAddress] = process.argv.slice(2)
const libc = await loadLibc()
const filter = anyArp()
const socket = PacketSocket.open(libc, {
  interfaceIndex: libc.interfaceIndex(interfaceName),
  etherType: 0x0806,
  filter: filter.value,
})
const { mac } = socket.address()
const own = parseIp(ownAddress)
const frame = pinned(2048)

function drain() {
  for (let length = socket.receive(frame); length > 0; length = socket.receive(frame)) {
    const arp = decodeArp(frame.subarray(14, length))
    if (!arp.ok) continue
    const { operation, senderIp, senderMac, targetIp } = arp.value
    // What is announced to all is no answer.
    if (operation !== ARP_OPERATION.reply || targetIp.value !== own.value) continue
    console.log(JSON.stringify({ address: formatIp(senderIp), mac: senderMac }))
  }
}

socket.start(drain, (errno) => {
  throw new Error(`the link of the prober failed: ${errno}`)
})
console.log('ready')
for await (const line of createInterface({ input: process.stdin }))
  for (const address of JSON.parse(line)) socket.send(arpRequestFrame({ mac, ip: own }, parseIp(address)))
process.exit()
