// Vectors of MetalLB's election, computed by its own Go code.
import { expect, it } from 'vitest'
import { candidateHash, elect, ranking } from './election.ts'

const ORDERS: Readonly<Record<string, readonly (readonly [node: string, hash: string])[]>> = {
  '10.20.30.1': [
    ['node1', '1df14387'],
    ['kind-control-plane', '8ae07e42'],
    ['iris2', 'af6cb4e7'],
    ['node2', 'be53a9f3'],
    ['node3', 'bf56285d'],
    ['kind-worker2', 'dca41ad5'],
    ['kind-worker', 'e18ca6b7'],
    ['iris1', 'e42ad61a'],
  ],
  '192.168.1.240': [
    ['kind-control-plane', '0319ba77'],
    ['kind-worker2', '2c5fad18'],
    ['kind-worker', '40b3bb3a'],
    ['node3', '44a477ea'],
    ['iris1', '887656f7'],
    ['node1', 'bee60cd4'],
    ['iris2', 'c477ce96'],
    ['node2', 'f27dcda6'],
  ],
  'fc00:f853:ccd:e799::1': [
    ['node2', '327be4ef'],
    ['kind-worker2', '37483744'],
    ['iris1', '44d57c79'],
    ['kind-control-plane', '45ebafec'],
    ['node3', '7dd7be3c'],
    ['kind-worker', '81b206f9'],
    ['iris2', '97737149'],
    ['node1', 'c274531c'],
  ],
}

const firstWord = (hash: Int32Array): string => ((hash[0] ?? 0) >>> 0).toString(16).padStart(8, '0')

it.each(Object.entries(ORDERS))('orders the candidates for %s as MetalLB does', (address, expected) => {
  const names = expected.map(([node]) => node)
  for (const shuffled of [names, [...names].reverse(), [...names].sort()]) {
    const order = ranking(shuffled, address).map(({ node, hash }) => [node, firstWord(hash)])
    expect(order).toEqual(expected)
    expect(elect(shuffled, address)?.node).toBe(names[0])
  }
})

it('elects iris2 before iris1 for 10.20.30.1', () => {
  expect(elect(['iris1', 'iris2'], '10.20.30.1')?.node).toBe('iris2')
  expect(firstWord(candidateHash('iris1', '10.20.30.1'))).toBe('e42ad61a')
})

it('goes on from an earlier winner', () => {
  const earlier = elect(['iris1', 'node3'], '10.20.30.1')
  expect(earlier?.node).toBe('node3')
  expect(elect(['iris2'], '10.20.30.1', earlier)?.node).toBe('iris2')
  expect(elect(['kind-worker'], '10.20.30.1', earlier)?.node).toBe('node3')
  expect(elect([], '10.20.30.1')).toBeUndefined()
})
