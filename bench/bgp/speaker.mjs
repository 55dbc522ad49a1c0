// Our speaker with so many prefixes and one peer, as the bench starts it: argv is the address of the peer, and how many.
// On stdin, each line changes one prefix; the time at which it did (CLOCK_MONOTONIC, nanoseconds) goes to stdout.
import { createInterface } from 'node:readline'
import { AdjRibIn } from '../../src/bgp/adj-rib-in.ts'
import { AdjRibOut } from '../../src/bgp/adj-rib-out.ts'
import { BgpSpeaker } from '../../src/bgp/speaker.ts'
import { bgpPorts } from '../../src/compose/bgp.ts'
import { ip, parseIp } from '../../src/net/ip.ts'

const [peer = '', count = ''] = process.argv.slice(2)
const FIRST = 0x0a00_0000

const host = (i, communities = []) => ({
  prefix: { family: 4, base: BigInt(FIRST + i), length: 32 },
  ...{ localPreference: undefined, communities, largeCommunities: [] },
})

function* all() {
  for (let i = 0; i < Number(count); i++) yield host(i)
}

const address = parseIp(peer)
if (address === undefined) throw new Error(`not an address: ${peer}`)

void run(address)

async function run(address) {
  const speaker = new BgpSpeaker({
    ...(await bgpPorts({ report: () => {} })),
    outbound: () => new AdjRibOut(),
    inbound: () => new AdjRibIn(),
  })
  speaker.setPeers([
    {
      ...{ name: 'peer', remote: { address, port: 179 }, localAsn: 64513, peerAsn: 64512 },
      ...{ routerId: ip(4, 0xc000_0201n), holdTimeSeconds: 90, keepaliveTimeSeconds: undefined },
      ...{ connectRetrySeconds: 1, families: [4], gracefulRestart: undefined, passive: false },
      maximumPrefixes: undefined,
    },
  ])
  speaker.routes('peer')?.setDesired(all())
  let changes = 0
  createInterface({ input: process.stdin }).on('line', () => {
    console.log(String(process.hrtime.bigint()))
    speaker.routes('peer')?.announce(host(changes % Number(count), [++changes]))
  })
}
