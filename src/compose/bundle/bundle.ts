// `lbctl bundle` put together: facts of a cluster and of this host → redacted → one archive with a page to read.
import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import { gzipSync } from 'node:zlib'
import { isPartial, jsonBytes, makeBundle } from '../../diagnose/bundle/make-bundle.ts'
import type { DescribedFile, MissingPart } from '../../diagnose/bundle/manifest.ts'
import { pseudonymiser, withElections } from '../../diagnose/bundle/pseudonymise.ts'
import { redact } from '../../diagnose/bundle/redact.ts'
import { type ClusterFacts, itemsOf } from '../../diagnose/cluster/cluster-facts.ts'
import { EXIT, type ExitCode } from '../../errors/exit-codes.ts'
import { LbctlError } from '../../errors/lbctl-error.ts'
import { renderBundlePage } from '../../terminal/bundle/page.ts'
import { renderBundleSummary } from '../../terminal/bundle/summary.ts'
import type { OtherNodesRequest } from '../agents/other-nodes-request.ts'
import { judgedView } from '../diagnose-cluster.ts'
import { type ClusterInputRequest, clusterInput } from '../diagnose-cluster-input.ts'
import { sinceOf } from '../diagnose-logs.ts'
import type { CommandOutput } from '../diagnose-output.ts'
import { readHostFacts } from '../host-facts/read-host-facts.ts'
import { nodeOfThisHost, withHostFacts } from '../host-facts/with-host-facts.ts'
import { version } from '../version.ts'
import { logsPart } from './logs-part.ts'
import { refuseExisting, writeArchive } from './write-archive.ts'

export interface BundleRequest extends ClusterInputRequest, OtherNodesRequest {
  readonly archive?: string | undefined
  readonly force: boolean
  readonly host: boolean
  readonly pseudonymise: boolean
  readonly 'pod-logs': boolean
  readonly since: string
}

/** @throws LbctlError when the cluster does not answer at all, or the archive cannot be written */
export async function runBundle(
  request: BundleRequest,
  output: CommandOutput,
  signal: AbortSignal,
): Promise<ExitCode> {
  if (request.archive !== undefined) refuseExisting(request.archive, request)
  // What is mistyped is told before a cluster is asked.
  sinceOf(request.since, Date.now())
  const { renderStep } = await import('../../terminal/diagnose/progress.ts')
  const step = (name: string, text: string): void => {
    if (output.showSteps) output.progress(renderStep(name, text, output.stderrStyle.colorLevel))
  }
  const read = await clusterInput({ ...request, 'pod-logs': false }, [], step, signal)
  const here = await hostPart(request, read, step, signal)
  const host = { ...here, facts: await fromOtherNodes(here.facts, request, output, step, signal) }
  const isLive = request.file === undefined && request.facts === undefined
  const logs =
    request['pod-logs'] && isLive
      ? await logsPart(request, host.facts, step, signal)
      : { facts: host.facts, files: [], hidden: 0, missing: [] }
  const { facts: clean, hidden } = redact(logs.facts)
  const missing = [...host.missing, ...absentNodes(host.facts), ...logs.missing]
  const pseudonyms = request.pseudonymise ? pseudonymiser(clean, randomBytes(16).toString('hex')) : undefined
  const facts = pseudonyms === undefined ? clean : pseudonyms(withElections(clean))
  const { verdict } = judgedView(facts, { only: [], skip: [], 'fail-on': 'error' })
  const known = {
    lbctl: version,
    hidden: hidden + logs.hidden,
    pseudonymised: pseudonyms === undefined ? [] : ['addresses'],
    missing: pseudonyms?.(missing) ?? missing,
  }
  const { archive, manifest } = makeBundle(facts, known, (soFar) => [
    ...host.files.map((file) => ({ ...file, bytes: jsonBytes(pseudonyms?.(file.value) ?? file.value, 2) })),
    {
      path: 'verdict.json',
      holds: 'what the diagnosis said when the bundle was made',
      bytes: jsonBytes(verdict, 2),
    },
    ...logs.files.map(({ path, ...file }) => {
      const { holds, text } = pseudonyms?.(file) ?? file
      return { path, holds, bytes: new TextEncoder().encode(text) }
    }),
    {
      path: 'index.html',
      holds: 'a page to read in a browser',
      bytes: new TextEncoder().encode(renderBundlePage(facts, verdict, soFar)),
    },
  ])
  const path = request.archive ?? `lbctl-bundle-${facts.takenAt.replaceAll(/[-:]|\.\d+/g, '')}.tar.gz`
  const bytes = gzipSync(archive, { level: 9 })
  writeArchive(path, bytes, { force: request.force })
  output.out(renderBundleSummary({ path, bytes: bytes.length, manifest, verdict }, output.stdoutStyle))
  return isPartial(manifest) ? EXIT.partial : EXIT.ok
}

/** What several nodes see is part of the facts, so that who reads the bundle judges it, too. */
async function fromOtherNodes(
  facts: ClusterFacts,
  request: BundleRequest,
  output: CommandOutput,
  step: (name: string, text: string) => void,
  signal: AbortSignal,
): Promise<ClusterFacts> {
  if (request.agents !== true && request.ssh === undefined) return facts
  const [{ withOtherNodes }, { questionOf }] = await Promise.all([
    import('../agents/other-nodes.ts'),
    import('../diagnose-all.ts'),
  ])
  const voice = { tell: (text: string) => step('nodes', text), warn: output.progress }
  return withOtherNodes(request, questionOf(facts), voice, signal)
}

const absentNodes = ({ probes }: ClusterFacts): readonly MissingPart[] =>
  itemsOf(probes).flatMap((probe) =>
    probe.kind === 'agent' && probe.facts.reason !== undefined
      ? [{ what: `node ${probe.node}`, reason: probe.facts.reason, wanted: true }]
      : [],
  )

interface HostPart {
  readonly facts: ClusterFacts
  readonly files: readonly (Pick<DescribedFile, 'path' | 'holds'> & { readonly value: object })[]
  readonly missing: readonly MissingPart[]
}

/** Of a host that is a node of the cluster they are facts; of another one, a file to read. */
async function hostPart(
  request: BundleRequest,
  facts: ClusterFacts,
  step: (name: string, text: string) => void,
  signal: AbortSignal,
): Promise<HostPart> {
  const isElsewhere = request.file !== undefined || request.facts !== undefined
  if (!request.host || isElsewhere) return { facts, files: [], missing: [] }
  step('host', `reading links, routes and settings of ${hostname()}`)
  const node = nodeOfThisHost(facts, undefined)
  if (node !== undefined) {
    const request = { nodeName: node, netns: undefined, focus: undefined }
    return { facts: await withHostFacts(facts, request, step, signal), files: [], missing: [] }
  }
  try {
    const host = await readHostFacts()
    return {
      facts,
      files: [
        {
          path: 'host.json',
          holds: `network of host ${host.node}, which is no node`,
          value: host,
        },
      ],
      missing: [],
    }
  } catch (error) {
    if (!(error instanceof LbctlError)) throw error
    const reason = error.message.replace(/\.$/, '')
    return { facts, files: [], missing: [{ what: `host ${hostname()}`, reason, wanted: false }] }
  }
}
