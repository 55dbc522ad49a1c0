// `lbctl diagnose all` as built, against the API server of the laboratory: each format with the same exit code, looking again until all
// is well (--wait) or as long as somebody watches (--watch), and the plan, for which nobody is asked.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { customResourceDefinitions } from '../../src/config/crds/custom-resource-definitions.ts'
import { drop, healthyWorld } from '../../src/diagnose/cluster/testing/world.ts'
import { metal } from '../../src/diagnose/cluster/testing/world-objects.ts'
import { type ApiServer, startApiServer } from '../../src/lab/apiserver/api-server.ts'
import { lbctl, type RunOptions } from '../support/cli.ts'
import { eventually } from '../support/namespaces.ts'

let server: ApiServer
let folder: string
/** how often Services were listed: once for each look */
let looks: number

beforeEach(async () => {
  looks = 0
  server = await startApiServer({
    audit: ({ asked }) => {
      if (asked.resource === 'services' && asked.verb === 'list') looks++
    },
  })
  server.applyObjects(customResourceDefinitions())
  const world = healthyWorld()
  drop(world, 'configuration', ({ kind }) => kind === 'L2Advertisement')
  server.applyObjects(Object.values(world.planes).flat())
  folder = mkdtempSync(join(tmpdir(), 'lbctl-diagnose-again-'))
  writeFileSync(join(folder, 'admin'), server.kubeconfig())
})
afterEach(async () => {
  await server.stop()
  rmSync(folder, { recursive: true })
})

const all = (words: readonly string[], options: RunOptions = {}) =>
  lbctl(['diagnose', 'all', '--kubeconfig', 'admin', ...words], { cwd: folder, ...options })
const repair = (): void => server.applyObjects([metal('L2Advertisement', 'lan', { ipAddressPools: ['lan'] })])
const looked = (times: number) =>
  eventually(`${times} looks`, () => (looks >= times ? true : undefined), 30_000)

const FORMATS = ['text', 'short', 'json', 'yaml', 'junit', 'sarif', 'markdown'] as const

it('has one exit code in all formats, each of which names the finding', async () => {
  for (const pair of [FORMATS.slice(0, 2), FORMATS.slice(2, 4), FORMATS.slice(4, 6), FORMATS.slice(6)]) {
    const outcomes = await Promise.all(pair.map((format) => all(['-o', format])))
    expect(outcomes.map(({ code }) => code)).toEqual(pair.map(() => 1))
    for (const { stdout } of outcomes) expect(stdout).toContain('F01')
  }
  repair()
  const { code, stdout } = await all(['-o', 'short', '--fail-on', 'warning'])
  expect([code, stdout.trimEnd().split('\n').length]).toEqual([0, 1])
})

it('waits until nothing is wrong, and prints the last answer alone', async () => {
  const { code, stdout, stderr } = await all(['--wait', '60s', '--interval', '1s', '-o', 'short'], {
    whileRunning: async () => {
      await looked(2)
      repair()
    },
  })
  expect([code, stdout]).toEqual([0, expect.stringMatching(/^ok: +No problem was found/)])
  expect(stderr).toContain('Something is wrong still; looking again.')
})

it('gives up waiting when the time is over', async () => {
  const { code, stdout } = await all(['--wait', '2s', '--interval', '1s', '-o', 'short'])
  expect([code, stdout.match(/^error: +F01/gm)?.length]).toEqual([1, 1])
  expect(looks).toBeGreaterThan(0)
})

it('watches, prints each answer once, and ends with a signal', async () => {
  const { stdout } = await all(['--watch', '--interval', '1s', '-o', 'short'], {
    whileRunning: async (pid) => {
      try {
        await looked(3)
        repair()
        // The look that is under way may not see it any more.
        await looked(looks + 3)
      } finally {
        process.kill(pid, 'SIGINT')
      }
    },
  })
  expect(stdout.match(/^error: +F01/gm)).toHaveLength(1)
  expect(stdout.match(/^ok: +No problem was found/gm)).toHaveLength(1)
  expect(stdout.indexOf('F01')).toBeLessThan(stdout.indexOf('No problem'))
})

it('goes on watching while the cluster is away, with one line of JSON for each answer', async () => {
  let said = ''
  const told = (text: string) => eventually(text, () => (said.includes(text) ? true : undefined), 30_000)
  const { code, stdout } = await all(['--watch', '--interval', '200ms', '-o', 'json'], {
    onStderr: (text) => {
      said += text
    },
    whileRunning: async (pid) => {
      try {
        // The second one: then the first answer is whole.
        await looked(2)
        server.faults.answerNext({ kind: 'cut', times: Number.POSITIVE_INFINITY })
        await told('The last answer stands; looking again.')
        server.faults.clear()
        await told('The cluster answers again.')
        repair()
        await looked(looks + 3)
      } finally {
        process.kill(pid, 'SIGINT')
      }
    },
  })
  const answers = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).exitCode)
  expect([code, answers]).toEqual([130, [1, 0]])
  expect(said.match(/The last answer stands/g)).toHaveLength(1)
})

it.each(['junit', 'sarif'])('a file of %s holds one answer, and a watch has many', async (format) => {
  const { code, stderr } = await all(['--watch', '-o', format])
  expect([code, looks]).toEqual([2, 0])
  expect(stderr).toContain(`A file of ${format} holds one run, and --watch has many.`)
})

it('shows the plan, and asks nobody', async () => {
  const { code, stdout } = await all(['--explain-plan'])
  expect(code).toBe(0)
  expect(stdout).toMatch(/list services/)
  expect(stdout).toMatch(/list leases\.coordination\.k8s\.io in namespace kube-system/)
  expect(looks).toBe(0)
})

it.each([
  [['--only', 'F03'], 0, []],
  [['--only', 'F01'], 1, ['F01']],
  [['--only', 'pools-announced'], 1, ['F01']],
  [['--skip', 'F01'], 0, []],
  [['--skip', 'pools-announced'], 0, []],
])('%j: exit code %i', async (words, exitCode, codes) => {
  const { code, stdout } = await all([...words, '-o', 'json'])
  const [report] = JSON.parse(stdout).reports
  expect([code, report.findings.map((each: { code: string }) => each.code)]).toEqual([exitCode, codes])
})
