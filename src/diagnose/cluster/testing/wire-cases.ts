import { linkFacts, MAC_A, MAC_B, round } from '../../testing/link-facts.ts'
import type { FaultCase } from './cases.ts'
import { addProbes, type World } from './world.ts'

const ADDRESS = '192.0.2.100'

/** A client on the link asked for the address of shop/web, and these answered. */
function probe(world: World, answers: readonly (readonly string[])[]): void {
  const facts = linkFacts({
    target: { asked: ADDRESS, address: ADDRESS, family: 4 },
    examined: { address: ADDRESS, role: 'target' },
    rounds: [round(answers, { address: ADDRESS, sent: 3 })],
  })
  addProbes(world, { kind: 'link', vantage: 'host client', facts })
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
]
