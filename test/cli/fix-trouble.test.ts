// What can go wrong between the diff and the last write, on the writes of the real client against the embedded API server.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type Cluster, connectCluster } from '../../src/compose/cluster.ts'
import { recordStore } from '../../src/compose/fix/records.ts'
import { factsOf } from '../../src/diagnose/cluster/testing/world.ts'
import { applySteps, checkFix } from '../../src/fix/apply/apply-fix.ts'
import type { Step } from '../../src/fix/apply/check-fix.ts'
import { exitCodeOf } from '../../src/fix/apply/outcome.ts'
import { undoFix } from '../../src/fix/apply/undo-fix.ts'
import { parseRecord } from '../../src/fix/apply/undo-record.ts'
import { planFix } from '../../src/fix/plan-fix.ts'
import type { HostPort } from '../../src/fix/ports.ts'
import { type Change, isRemedy } from '../../src/fix/remedy.ts'
import type { ClusterWriter } from '../../src/migrate/ports.ts'
import { renderFixOutcome } from '../../src/terminal/fix/outcome.ts'
import { FixLab } from '../support/fix-lab.ts'

const TEST_MS = 60_000
const NAME = 'every node is excluded from load balancers'
const NO_HOST: HostPort = {
  name: 'none',
  fileFor: () => undefined,
  read: () => undefined,
  write: () => undefined,
  readFile: () => undefined,
  writeFile: () => undefined,
}

let lab: FixLab
let cluster: Cluster
let folder: string
/** what happens before the write with this number, beginning with 1 */
let before: ReadonlyMap<number, () => Promise<void>>

beforeEach(async () => {
  lab = await FixLab.of(NAME)
  cluster = await connectCluster({ kubeconfig: lab.kubeconfig })
  folder = mkdtempSync(join(tmpdir(), 'lbctl-fix-records-'))
  before = new Map()
})
afterEach(async () => {
  cluster.close()
  await lab.remove()
  rmSync(folder, { recursive: true, force: true })
})

/** Three nodes lose their label. */
function changes(): readonly Change[] {
  const { remedy } = planFix(factsOf(FixLab.worldOf(NAME)), { code: 'F03' })[0] ?? {}
  if (remedy === undefined || !isRemedy(remedy)) throw new Error('no remedy')
  return remedy.changes
}

const targets = () => ({ writer: watched(cluster.writer), host: NO_HOST, code: 'F03' })

function watched(writer: ClusterWriter): ClusterWriter {
  let writes = 0
  return {
    identity: writer.identity,
    get: (ref) => writer.get(ref),
    apply: (object, options) => writer.apply(object, options),
    replace: (object, options) => writer.replace(object, options),
    remove: (ref, precondition, options) => writer.remove(ref, precondition, options),
    patch: async (ref, patch, options) => {
      if (!options.dryRun) await before.get(++writes)?.()
      return writer.patch(ref, patch, options)
    },
  }
}

async function apply() {
  const steps = await checkFix(changes(), targets())
  if ('kind' in steps) throw new Error(steps.kind)
  const record = recordStore('F03-test', folder)
  const outcome = await applySteps(steps as readonly Step[], { ...targets(), id: 'F03-test', record })
  return { outcome, record: parseRecord(readFileSync(record.path, 'utf8'), record.path) }
}

const label = 'node.kubernetes.io/exclude-from-external-load-balancers'
const relabel = (name: string, value: string) =>
  lab.patch(`/api/v1/nodes/${name}`, { metadata: { labels: { [label]: value } } })

it(
  'a write that only touches other fields is no conflict',
  async () => {
    before = new Map([[2, () => lab.patch('/api/v1/nodes/node-b', { metadata: { labels: { rack: 'r1' } } })]])
    const { outcome } = await apply()
    expect(outcome).toMatchObject({ kind: 'done', done: ['Node node-a', 'Node node-b', 'Node node-c'] })
  },
  TEST_MS,
)

it(
  'a value that somebody changes before the second of three writes: what was made is said, and goes back',
  async () => {
    const state = await lab.state()
    before = new Map([[2, () => relabel('node-b', 'by-somebody')]])
    const { outcome, record } = await apply()
    expect(outcome).toMatchObject({
      kind: 'stopped',
      done: ['Node node-a'],
      failed: { what: 'Node node-b', written: 'no', error: { kind: 'conflict' } },
      remaining: ['Node node-c'],
    })
    expect(exitCodeOf(outcome)).toBe(4)
    expect(renderFixOutcome(outcome, 'lbctl fix --undo F03-test', 120)).toMatchInlineSnapshot(`
      "Node node-b failed: Node node-b was changed by somebody else in the meantime; it was left alone.
      Changed before that:
        Node node-a
      Not begun:
        Node node-c
      To go back: lbctl fix --undo F03-test
      "
    `)
    expect(await undoFix(record, targets())).toMatchObject({ kind: 'done', done: ['Node node-a'] })
    await relabel('node-b', '')
    expect(await lab.state()).toBe(state)
  },
  TEST_MS,
)

it(
  'an API server that goes away before the third write: it is not known whether that one was stored',
  async () => {
    before = new Map([[3, () => lab.server.kill()]])
    const { outcome } = await apply()
    expect(outcome).toMatchObject({
      kind: 'stopped',
      done: ['Node node-a', 'Node node-b'],
      failed: { what: 'Node node-c', written: 'unknown', error: { kind: 'unreachable' } },
    })
    expect(exitCodeOf(outcome)).toBe(4)
  },
  TEST_MS,
)

it(
  'a value that is not what the diff showed: nothing is written',
  async () => {
    await relabel('node-c', 'by-somebody')
    const state = await lab.state()
    expect(await checkFix(changes(), targets())).toEqual({ kind: 'overtaken', changed: ['Node node-c'] })
    expect(await lab.state()).toBe(state)
  },
  TEST_MS,
)
