// What `speaker run` would announce, from the same facts by the same decisions, and nothing is sent.
import { networkInterfaces } from 'node:os'
import { NEWEST_RELEASE } from '../../config/schema/release.ts'
import { formatPrefix } from '../../net/prefix.ts'
import { type SpeakerStatus, speakerStatus } from '../../speaker/report/status.ts'
import { SpeakerState } from '../../speaker/state/speaker-state.ts'
import { version } from '../version.ts'
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

/** @throws LbctlError `input` when the files are not valid */
export async function dryRun(settings: SpeakerSettings): Promise<DryRun> {
  const state = new SpeakerState({
    nodeName: settings.nodeName,
    loadBalancerClass: settings.loadBalancerClass,
    ignoreExcludeLabel: settings.ignoreExcludeLabel,
    compatVersion: settings.compatVersion ?? NEWEST_RELEASE,
    outsideCluster: true,
  })
  const files = new FileFacts({
    paths: settings.paths,
    isBeingWritten: () => undefined,
    onTrouble: () => undefined,
    thisNode: thisNode(settings.nodeName),
  })
  const excludes = excludesOf(settings.excludedInterfaces)
  const names = Object.keys(networkInterfaces()).filter((name) => !excludes(name))
  try {
    await files.start((changes) => {
      refuseInvalid(changes)
      state.apply([{ kind: 'interfaces', names: new Set(names) }, ...changes])
    })
  } finally {
    // What watches files keeps the process up.
    await files.stop()
  }
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

const prefixesOf = (state: SpeakerState, peer: string): DryRunRoutes['prefixes'] =>
  state.routesOf(peer).map(({ prefix, localPreference, communities, largeCommunities }) => ({
    prefix: formatPrefix(prefix),
    localPreference: localPreference ?? null,
    communities: [
      ...communities.map((value) => `${value >>> 16}:${value & 0xffff}`),
      ...largeCommunities.map(({ global, local1, local2 }) => `${global}:${local1}:${local2}`),
    ],
  }))
