// Exchanges recorded from a kube-apiserver 1.33 (User-Agent lbctl/0.1, MetalLB's CRDs installed, Nodes node1 to node3),
// sent to the laboratory's API server in the same order. Each answer has to be the recorded one but for what a server
// chooses anew (uids, versions, times, addresses, generated names) and but for the deviations that are named here.
import { readdirSync, readFileSync } from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'
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

async function start(): Promise<ApiServer> {
  const server = await startApiServer({ tokens: [{ token: 't', user: 'admin', groups: ['system:masters'] }] })
  running.push(server)
  server.applyObjects(metallbCluster())
  return server
}

/** What cannot be asked for by a request: etcd was compacted, a feature gate was on. */
function help(server: ApiServer, file: string, { step }: RecordedEntry): void {
  server.faults.watchList = file.startsWith('16')
  if (step.startsWith('history is compacted') || step.includes('after compaction'))
    server.faults.compact({ watchesToo: false })
}

async function replayFile(file: string) {
  const server = await start()
  const entries = JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')) as RecordedEntry[]
  let issued = ''
  return replay(entries, {
    url: server.url,
    credentials: (as) => {
      if (as === undefined) return 'Bearer t'
      if (as === 'anonymous') return undefined
      return as === 'serviceaccount' ? `Bearer ${issued}` : 'Bearer nonsense'
    },
    before: (entry) => help(server, file, entry),
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
