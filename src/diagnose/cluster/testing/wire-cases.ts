import type { LinkFacts, NeighbourEntry, OwnAddress } from '../../facts/link-facts.ts'
import { card, linkFacts, MAC_A, MAC_B, round } from '../../testing/link-facts.ts'
import type { FaultCase } from './cases.ts'
import { addProbes, type World } from './world.ts'

const ADDRESS = '192.0.2.100'

/** A client on the link asked for the address of shop/web, and these answered. */
function probe(world: World, answers: readonly (readonly string[])[], more: Partial<LinkFacts> = {}): void {
  const facts = linkFacts({
    target: { asked: ADDRESS, address: ADDRESS, family: 4 },
    examined: { address: ADDRESS, role: 'target' },
    rounds: [round(answers, { address: ADDRESS, sent: 3 })],
    ...more,
  })
  addProbes(world, { kind: 'link', vantage: 'host client', facts })
}

const entry = (mac: string): NeighbourEntry => ({
  interface: 'eth0',
  address: ADDRESS,
  mac,
  state: 'reachable',
})
const OWN: OwnAddress = {
  interface: 'eth0',
  address: ADDRESS,
  prefixLength: 32,
  linkLocal: false,
  tentative: false,
  dadFailed: false,
}

export const WIRE_CASES: readonly FaultCase[] = [
  {
    name: 'two machines answer for the address of a Service',
    code: 'F11',
    check: 'probed-link',
    says: /192\.0\.2\.100/,
    fault: (world) =>
      probe(world, [
        [MAC_A, MAC_B],
        [MAC_A, MAC_B],
        [MAC_A, MAC_B],
      ]),
    twin: (world) => probe(world, [[MAC_A], [MAC_A], [MAC_A]]),
  },
  {
    name: 'nobody answers although all objects are as they should be',
    code: 'F01',
    check: 'probed-link',
    says: /192\.0\.2\.100/,
    fault: (world) => probe(world, []),
  },
  {
    name: 'a client that still sends to the old owner',
    code: 'F21',
    check: 'probed-link',
    severity: 'warning',
    says: /still sends 192\.0\.2\.100 to 52:54:00:00:00:0b, but 52:54:00:00:00:0a answers now/,
    fault: (world) => probe(world, [[MAC_A], [MAC_A]], { neighbourBefore: [entry(MAC_B)] }),
    twin: (world) => probe(world, [[MAC_A], [MAC_A]], { neighbourBefore: [entry(MAC_A)] }),
  },
  {
    name: 'a client that asks by radio',
    code: 'F15',
    check: 'probed-link',
    severity: 'info',
    says: /eth0 is wireless/,
    fault: (world) => probe(world, [[MAC_A]], { interfaces: [card({ wireless: true })] }),
    twin: (world) => probe(world, [[MAC_A]], { interfaces: [card()] }),
  },
  {
    name: 'an address of the host that asks for it',
    code: 'F35',
    check: 'probed-link',
    severity: 'info',
    says: /is an address of this host \(eth0\): it cannot ask itself/,
    fault: (world) => probe(world, [], { own: { ...OWN, address: ADDRESS } }),
    twin: (world) => probe(world, [[MAC_A]]),
  },
]
