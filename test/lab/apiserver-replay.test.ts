// Exchanges recorded from a kube-apiserver 1.33 (User-Agent lbctl/0.1, MetalLB's CRDs installed, Nodes node1 to node3),
// sent to the laboratory's API server in the same order. Each answer has to be the recorded one but for what a server
// chooses anew (uids, versions, times, addresses, generated names) and but for the deviations that are named here.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { type ApiServer, startApiServer } from '../../src/lab/apiserver/api-server.ts'
import { DEVIATIONS } from '../support/api-replay/deviations.ts'
import { metallbCluster } from '../support/api-replay/metallb-cluster.ts'
import { replay } from '../support/api-replay/replay.ts'
import type { RecordedEntry } from '../support/api-replay/transcript.ts'

const FOLDER = new URL('../fixtures/kubernetes/transcripts/', import.meta.url)

const running: ApiServer[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.kill()))
})

const folder = mkdtempSync(join(tmpdir(), 'lbctl-replay-'))
afterAll(() => rmSync(folder, { recursive: true }))

async function start(file: string, port = 0): Promise<ApiServer> {
  const server = await startApiServer({
    tokens: [
      { token: 't', user: 'admin', groups: ['system:masters'] },
      { token: 'slow', user: 'system:serviceaccount:demo-31:slow', groups: ['system:masters'] },
    ],
    port,
    ...(RESTARTED.test(file) ? { persistTo: join(folder, file) } : {}),
  })
  running.push(server)
  if (port === 0) server.applyObjects(metallbCluster())
  return server
}

/** In these the recorded server went away and came back. */
const RESTARTED = /^17/

/** What cannot be asked for by a request: etcd was compacted, a feature gate was on, the only seat is taken. */
function help({ faults }: ApiServer, file: string, { step, request }: RecordedEntry): void {
  faults.watchList = file.startsWith('16')
  if (step.startsWith('history is compacted') || step.includes('after compaction'))
    faults.compact({ watchesToo: false })
  if (step.startsWith('429: '))
    faults.answerNext({ kind: 'too-many-requests', times: 1, only: new RegExp(`^${request.method} `) })
}

/** The way a recorded server ended, at the first step of what follows. */
async function restart(server: ApiServer, file: string, { step }: RecordedEntry): Promise<ApiServer> {
  const [, how] = /^(killed|terminated).*: afterwards: watch resumed/.exec(step) ?? []
  if (!RESTARTED.test(file) || how === undefined) return server
  const { port } = server
  await (how === 'killed' ? server.kill() : server.stop())
  running.splice(running.indexOf(server), 1)
  return start(file, port)
}

async function replayFile(file: string) {
  let server = await start(file)
  const entries = JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')) as RecordedEntry[]
  let issued = ''
  return replay(entries, {
    url: server.url,
    credentials: (as) => {
      if (as === undefined) return 'Bearer t'
      if (as === 'anonymous') return undefined
      if (as.startsWith('throttled')) return 'Bearer slow'
      return as === 'serviceaccount' ? `Bearer ${issued}` : 'Bearer nonsense'
    },
    before: async (entry) => {
      server = await restart(server, file, entry)
      help(server, file, entry)
    },
    after: (_entry, body) => {
      const review = body as { kind?: string; status?: { token?: string } } | null
      if (review?.kind === 'TokenRequest') issued = review.status?.token ?? issued
    },
  })
}

describe("answers of the laboratory's API server against recorded ones", () => {
  for (const file of readdirSync(FOLDER).sort()) {
    it(file, async () => {
      const deviations = new Map(Object.entries(DEVIATIONS[file.slice(0, 2)] ?? {}))
      const steps = await replayFile(file)
      const compared = steps.filter(({ step }) => !deviations.has(step))
      expect(compared.map(({ step, present }) => ({ step, present }))).toEqual(
        compared.map(({ step, recorded }) => ({ step, present: recorded })),
      )
      // A deviation that is none any more has to go from the list.
      const stillDifferent = steps.filter(
        ({ step, recorded, present }) => deviations.has(step) && !same(recorded, present),
      )
      expect(new Set(stillDifferent.map(({ step }) => step))).toEqual(new Set(deviations.keys()))
    }, 60_000)
  }
})

const same = (a: unknown, b: unknown): boolean => {
  try {
    expect(b).toEqual(a)
    return true
  } catch {
    return false
  }
}
