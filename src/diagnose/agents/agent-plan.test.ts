// What the agent agrees to do: one host at a time, few of them, and nothing that many would answer to.
import { expect, it } from 'vitest'
import { ShapeMismatch } from '../facts/shape.ts'
import { AGENT_PLAN_FORMAT, type AgentPlan, readAgentPlan } from './agent-plan.ts'

const PLAN: AgentPlan = {
  format: AGENT_PLAN_FORMAT,
  run: 'run0001',
  node: 'node-a',
  deadlineMs: 20_000,
  ask: [{ address: '192.0.2.100', port: 80 }],
  nodes: [{ name: 'node-b', addresses: ['192.0.2.12'] }],
  reach: [{ purpose: 'gossip', name: 'node-b', address: '192.0.2.12', port: 7946 }],
  routers: [],
  returns: [{ address: '192.0.2.100', client: '203.0.113.5' }],
  host: { node: 'node-a', packets: [], services: [], neighbours: [] },
}
const read = (change: object): AgentPlan => readAgentPlan(JSON.parse(JSON.stringify({ ...PLAN, ...change })))

it('reads what was written', () => {
  expect(read({})).toEqual(PLAN)
})

it.each([
  ['another format', { format: 'lbctl/agent-plan/2' }],
  ['a run that could break the lines of the log', { run: 'a b\nlbctl-agent' }],
  ['no time', { deadlineMs: 0 }],
  ['hours', { deadlineMs: 3_600_000 }],
  ['a network', { ask: [{ address: '192.0.2.0/24' }] }],
  ['everybody', { ask: [{ address: '255.255.255.255' }] }],
  ['a group', { ask: [{ address: '224.0.0.1' }] }],
  ['a group of IPv6', { ask: [{ address: 'ff02::1' }] }],
  ['nobody', { reach: [{ purpose: 'gossip', name: 'x', address: '0.0.0.0', port: 7946 }] }],
  ['another purpose', { reach: [{ purpose: 'scan', name: 'x', address: '192.0.2.1', port: 22 }] }],
  ['no port', { reach: [{ purpose: 'gossip', name: 'x', address: '192.0.2.1', port: 0 }] }],
  ['a thousand addresses', { ask: Array.from({ length: 1000 }, () => ({ address: '192.0.2.1' })) }],
])('refuses %s', (_name, change) => {
  expect(() => read(change)).toThrow(ShapeMismatch)
})
