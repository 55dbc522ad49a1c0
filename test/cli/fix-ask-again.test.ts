// Objects that change while `lbctl fix` asks, and a signal while it looks whether the finding is gone: the whole run in this process
// on the real client, and the built command, against the embedded API server.
import { existsSync, readdirSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { fixFlags } from '../../src/compose/fix/fix-flags.ts'
import type { FixRequest } from '../../src/compose/fix/fix-request.ts'
import { runFix } from '../../src/compose/fix/fix-run.ts'
import { lbctl, root, unwrapped } from '../support/cli.ts'
import { FixLab } from '../support/fix-lab.ts'

const TEST_MS = 120_000
const LABEL = 'node.kubernetes.io/exclude-from-external-load-balancers'
const STYLE = { colorLevel: 0, width: 80, utf8: false } as const
const DEFAULTS = Object.fromEntries(
  Object.entries(fixFlags).map(([name, { default: value }]) => [name, value as unknown]),
) as unknown as FixRequest

let lab: FixLab
afterEach(async () => {
  vi.unstubAllEnvs()
  await lab.remove()
})

const relabel = (node: string, value: string) =>
  lab.patch(`/api/v1/nodes/${node}`, { metadata: { labels: { [LABEL]: value } } })
const records = (): readonly string[] => (existsSync(lab.records) ? readdirSync(lab.records) : [])

/** @param answer what happens while question N waits; it is always answered with yes */
async function run(code: string, answer: (round: number) => Promise<void>, format: 'text' | 'json' = 'text') {
  vi.stubEnv('XDG_STATE_HOME', `${lab.folder}/state`)
  const said: string[] = []
  const progress: string[] = []
  let round = 0
  const request = { ...DEFAULTS, code, apply: true, output: format, kubeconfig: lab.kubeconfig }
  const exitCode = await runFix(
    request,
    {
      out: (text) => void said.push(text),
      progress: (text) => void progress.push(text),
      stdoutStyle: STYLE,
      stderrStyle: STYLE,
      showSteps: false,
      verbose: false,
      ask: async () => {
        round += 1
        await answer(round)
        return true
      },
    },
    new URL(`file://${root}`),
    new AbortController().signal,
  )
  return { exitCode, said, progress, asked: round }
}

describe('an object that changes while the question waits', () => {
  beforeEach(async () => {
    lab = await FixLab.of('every node is excluded from load balancers')
  })

  it(
    'is shown and asked for again as it is now, and then changed',
    async () => {
      const { exitCode, said, progress, asked } = await run('F03', async (round) => {
        if (round === 1) await relabel('node-b', 'by-somebody')
      })
      expect([exitCode, asked]).toEqual([0, 2])
      expect(progress).toEqual([
        'Nothing was changed: Node node-b is not as it was when lbctl looked. Looking again.',
      ])
      expect(said[0]).not.toContain('by-somebody')
      expect(said[1]).toContain(`-    ${LABEL}: by-somebody`)
      expect(said.at(-1)).toBe('F03 is gone.')
      // The way back leads to what was there last, and not to what was seen first.
      const [id = ''] = records().map((file) => file.replace(/\.json$/, ''))
      expect(said.join('\n')).toContain(`lbctl fix --undo ${id}`)
      expect((await lab.run('fix', '--undo', id)).code).toBe(0)
      const node = (await lab.get('/api/v1/nodes/node-b')) as { metadata: { labels: object } }
      expect(node.metadata.labels).toMatchObject({ [LABEL]: 'by-somebody' })
    },
    TEST_MS,
  )

  it.each(['text', 'json'] as const)(
    'each time is left alone after three rounds, and no record is made or told of (%s)',
    async (format) => {
      const { exitCode, said, asked } = await run(
        'F03',
        (round) => relabel('node-b', `by-somebody-${round}`),
        format,
      )
      expect([exitCode, asked, records()]).toEqual([1, 3, []])
      if (format === 'json') {
        expect(said).toHaveLength(1)
        expect(JSON.parse(said[0] ?? '')).toMatchObject({
          outcome: { kind: 'overtaken', changed: ['Node node-b'] },
          record: null,
          exitCode: 1,
        })
      } else {
        expect(said[2]).toContain(`-    ${LABEL}: by-somebody-2`)
        expect(said.at(-1)).toBe('\nNothing was changed: Node node-b is not as it was when lbctl looked.\n')
      }
      const { items } = (await lab.get('/api/v1/nodes')) as {
        items: { metadata: { labels: Record<string, string> } }[]
      }
      expect(items.map(({ metadata }) => metadata.labels[LABEL])).toEqual(['', 'by-somebody-3', ''])
    },
    TEST_MS,
  )

  it(
    'to what was wanted needs no change and no way back',
    async () => {
      const { exitCode, said, asked } = await run(
        'F03',
        async () => {
          for (const node of ['node-a', 'node-b', 'node-c'])
            await lab.patch(`/api/v1/nodes/${node}`, { metadata: { labels: { [LABEL]: null } } })
        },
        'json',
      )
      expect([exitCode, asked, records()]).toEqual([0, 1, []])
      expect(JSON.parse(said[0] ?? '')).toMatchObject({
        outcome: { kind: 'nothing to do' },
        record: null,
        remaining: [],
      })
    },
    TEST_MS,
  )
})

it(
  'a finding that somebody else has mended while the question waits is not mended twice',
  async () => {
    lab = await FixLab.of('a pool that no advertisement selects')
    let before = ''
    const { exitCode, progress, asked } = await run('F01', async () => {
      const { stdout } = await lab.run('fix', 'F01', '-o', 'json')
      const [{ remedy }] = JSON.parse(stdout).findings
      lab.server.applyObjects([
        {
          ...remedy.changes[0].object,
          metadata: { ...remedy.changes[0].object.metadata, labels: { by: 'somebody' } },
        },
      ])
      before = await lab.state()
    })
    expect([exitCode, asked, records()]).toEqual([0, 1, []])
    expect(progress.at(-1)).toBe('F01 is not found any more.')
    expect(await lab.state()).toBe(before)
  },
  TEST_MS,
)

it.each(['text', 'json'] as const)(
  'Ctrl-C while it looks whether the finding is gone: the way back is told all the same (%s)',
  async (format) => {
    // Nobody makes Pods here, so the finding stays.
    lab = await FixLab.of('speakers that Pod Security refuses')
    let pid = 0
    let isSent = false
    const { code, stdout, stderr } = await lbctl(
      ['fix', 'F04', '--apply', '--yes', '--timeout', '1h', '-o', format, '--kubeconfig', lab.kubeconfig],
      {
        env: { XDG_STATE_HOME: `${lab.folder}/state` },
        whileRunning: (running) => {
          pid = running
        },
        onStderr: (text) => {
          if (isSent || !text.includes('F04 is still found')) return
          isSent = true
          process.kill(pid, 'SIGINT')
        },
      },
    )
    const [id = ''] = records().map((file) => file.replace(/\.json$/, ''))
    expect([code, id]).toEqual([130, expect.stringMatching(/^F04-/)])
    if (format === 'json') {
      expect(JSON.parse(stdout)).toMatchObject({
        outcome: { kind: 'done', done: ['Namespace metallb-system'] },
        record: id,
        remaining: null,
        exitCode: 130,
      })
      // A second Ctrl-C would have ended it before the document.
      expect(stderr).toContain(`Changed. To go back: lbctl fix --undo ${id} --kubeconfig ${lab.kubeconfig}\n`)
    } else {
      expect(stdout).toContain(`To go back: lbctl fix --undo ${id} --kubeconfig ${lab.kubeconfig}\n`)
      expect(unwrapped(stdout)).toContain(
        'It is not known whether F04 is gone: stopped by SIGINT before that was seen.',
      )
    }
  },
  TEST_MS,
)
