// The table of who reaches whom at 80 columns, as a person reads it.
import { expect, it } from 'vitest'
import type { NodeMatrix } from '../../diagnose/agents/matrix.ts'
import { matrixLines } from './node-matrix.ts'
import { ReportView } from './report-view.ts'

const view = new ReportView({ colorLevel: 0, width: 80, verbose: false })
const pairs = (names: readonly string[]): NodeMatrix['gossip'] =>
  names.flatMap((from) =>
    names
      .filter((to) => to !== from)
      .map((to) => ({ from, to, outcome: from === names[0] && to === names[1] ? 'silent' : 'connected' })),
  )

it('names from and to, and says what each sign means', () => {
  const lines = matrixLines(
    {
      gossip: pairs(['node-a', 'node-b', 'node-c']),
      routers: [
        { from: 'node-a', to: '192.0.2.1', outcome: 'session' },
        { from: 'node-b', to: '192.0.2.1', outcome: 'refused' },
      ],
      answers: [
        { from: 'node-a', address: '192.0.2.100', heard: ['node-b'] },
        { from: 'node-c', address: '192.0.2.100', heard: [] },
      ],
    },
    view,
  )
  expect(`\n${lines.join('\n')}\n`).toMatchInlineSnapshot(`
    "

    Memberlist, from node (row) to node (column)
                  1 2 3
       1 node-a   - x +
       2 node-b   + - +
       3 node-c   + + -

    Port 179, from node (row) to router (column)
                     1
         node-a      =
         node-b      r
       1 192.0.2.1
      + connects, = has a session, r refused, x no answer, e error, . not tried

    Who answers for the address, heard from
      node-a: 192.0.2.100 node-b
      node-c: 192.0.2.100 nobody
    "
  `)
})

it('stays within 80 columns with forty nodes of long names', () => {
  const names = Array.from(
    { length: 40 },
    (_, index) => `worker-${index}.with-a-long-name.of-a-cluster.example.com`,
  )
  const lines = matrixLines({ gossip: pairs(names), routers: [], answers: [] }, view)
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80)
  expect(lines).toContain('  and 20 more columns: -o json has them')
})
