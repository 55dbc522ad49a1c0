import { expect, it } from 'vitest'
import { type WayBack, wayBack } from '../cluster/testing/host-cases.ts'
import { healthyWorld } from '../cluster/testing/world.ts'
import { AGENT_RESULT_FORMAT, readAgentResult } from './agent-result.ts'

const travelled = (found: boolean, more: WayBack = {}) => {
  const world = healthyWorld()
  wayBack(world, found, { node: 'node-a', ...more })
  const probes = world.probes ?? []
  const result = { format: AGENT_RESULT_FORMAT, run: 'run0001', node: 'node-a', probes, notDone: [] }
  return { probes, json: JSON.parse(JSON.stringify(result)) }
}

it.each([
  ['that is there', true],
  ['that is not', false],
] as const)('brings a way back %s to a client', (_, found) => {
  const { probes, json } = travelled(found)
  expect(readAgentResult(json, 'run0001', 'node-a').probes).toEqual(probes)
})

it('is refused with a way back that is none', () => {
  const { json } = travelled(true)
  json.probes[0].facts.returnPath.reply.interfaces = 'eth0'
  expect(() => readAgentResult(json, 'run0001', 'node-a')).toThrow(
    /probes\[0\]\.facts\.returnPath\.reply\.interfaces/,
  )
})
