// What `speaker run` would announce, from the same facts by the same decisions, and nothing is sent.
import { networkInterfaces } from 'node:os'
import type { Release } from '../../config/schema/release.ts'
import { formatPrefix } from '../../net/prefix.ts'
import { DEFAULT_RELEASE, releaseRules } from '../../speaker/decide/release-rules.ts'
import type { FactSource } from '../../speaker/facts/facts.ts'
import type { LogSink } from '../../speaker/report/log-record.ts'
import { type SpeakerStatus, speakerStatus } from '../../speaker/report/status.ts'
import { SpeakerState } from '../../speaker/state/speaker-state.ts'
import { version } from '../version.ts'
import { Patience } from './dry-run-patience.ts'
import { FileFacts } from './file-facts.ts'
import { excludesOf } from './layer2-side.ts'
import { refuseInvalid } from './refuse-invalid.ts'
import type { SpeakerSettings } from './speaker-settings.ts'
import { thisNode } from './this-node.ts'
import { timeText } from './time-text.ts'

export interface DryRun {
  readonly status: SpeakerStatus
  readonly routes: readonly DryRunRoutes[]
}

export interface DryRunRoutes {
  readonly peer: string
  readonly prefixes: readonly {
    readonly prefix: string
    readonly localPreference: number | null
    readonly communities: readonly string[]
  }[]
}

export interface DryRunAround {
  /** what is in the way of the cluster, while it is waited for */
  readonly say: (text: string) => void
  readonly signal: AbortSignal
}

/** @throws LbctlError `input` when the configuration is not valid; what is in the way of the cluster, when that does not go away in time */
export async function dryRun(settings: SpeakerSettings, around: DryRunAround): Promise<DryRun> {
  const patience = new Patience(settings.dryRunTimeoutMs, around.signal)
  try {
    return await Promise.race([planned(settings, around, patience), patience.lost])
  } finally {
    await patience.end()
  }
}

async function planned(settings: SpeakerSettings, around: DryRunAround, patience: Patience): Promise<DryRun> {
  for (const { name, text } of settings.environment) around.say(`${name}: ${text}.`)
  const inCluster = settings.paths.length === 0
  const { source, release, weighing } = inCluster
    ? await ofCluster(settings, around, patience)
    : ofFiles(settings, patience)
  const state = new SpeakerState({
    nodeName: settings.nodeName,
    loadBalancerClass: settings.loadBalancerClass,
    ignoreExcludeLabel: settings.ignoreExcludeLabel,
    compatVersion: release,
    outsideCluster: !inCluster,
  })
  const excludes = excludesOf(settings.excludedInterfaces)
  const names = Object.keys(networkInterfaces()).filter((name) => !excludes(name))
  await source.start((changes) => {
    refuseInvalid(changes)
    state.apply([
      { kind: 'interfaces', names: new Set(names) },
      { kind: 'members', members: undefined, weighing },
      ...changes,
    ])
  })
  const status = speakerStatus({
    version,
    nodeName: settings.nodeName,
    startedAtMs: Date.now(),
    timeText,
    state,
    bgp: [],
    members: undefined,
    conflicts: [],
    limits: [],
  })
  return {
    status,
    routes: state.peers.map(({ name }) => ({ peer: name, prefixes: prefixesOf(state, name) })),
  }
}

interface Origin {
  readonly source: FactSource
  /** of MetalLB, as which is decided */
  readonly release: Release
  /** preferredNodeSelectors would count, as far as can be told without gossip */
  readonly weighing: boolean
}

function ofFiles({ paths, nodeName, compatVersion }: SpeakerSettings, patience: Patience): Origin {
  const release = compatVersion ?? DEFAULT_RELEASE
  const source = new FileFacts({
    paths,
    isBeingWritten: () => undefined,
    onTrouble: () => undefined,
    thisNode: thisNode(nodeName),
    judgesPerNode: releaseRules(release).judgesPerNode,
  })
  patience.atEnd(() => source.stop())
  return { source, release, weighing: compatVersion === undefined }
}

/** A speaker of MetalLB on this node is no obstacle where nothing is sent. */
async function ofCluster(
  settings: SpeakerSettings,
  { say }: DryRunAround,
  { signal, troubled, atEnd }: Patience,
): Promise<Origin> {
  const { ClusterSide } = await import('./cluster-side.ts')
  // What is in the way is said once, when it is not waited for any more.
  const log: LogSink = ({ level, caller, text }) => {
    if (caller !== 'kubernetes' && (level === 'warn' || level === 'error')) say(text)
  }
  const cluster = { ...settings.cluster, force: true }
  let met = false
  const side = await ClusterSide.open({
    settings: { ...settings, cluster, gossip: undefined },
    ...{ log, signal, onTrouble: (error) => troubled(error, !met) },
  })
  atEnd(() => side.stop())
  const { release, beside } = await side.meet()
  met = true
  const weighing = settings.compatVersion === undefined && !beside && settings.gossip !== undefined
  return { source: side.facts, release, weighing }
}

const prefixesOf = (state: SpeakerState, peer: string): DryRunRoutes['prefixes'] =>
  state.routesOf(peer).map(({ prefix, localPreference, communities, largeCommunities }) => ({
    prefix: formatPrefix(prefix),
    localPreference: localPreference ?? null,
    communities: [
      ...communities.map((value) => `${value >>> 16}:${value & 0xffff}`),
      ...largeCommunities.map(({ global, local1, local2 }) => `${global}:${local1}:${local2}`),
    ],
  }))
