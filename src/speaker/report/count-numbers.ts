// The numbers of this moment, out of what each part knows.
import type { BgpPeerStatus } from '../../bgp/status.ts'
import type { AnnouncerStatus } from '../../layer2/announcer-status.ts'
import { formatIp } from '../../net/ip.ts'
import type { SpeakerRunner } from '../run/speaker-runner.ts'
import type { SpeakerState } from '../state/speaker-state.ts'
import type { AnnouncedNumber, Layer2Numbers, PeerNumbers, SpeakerNumbers } from './numbers.ts'
import type { MemberStatus } from './status.ts'

export interface NumbersParts {
  readonly node: string
  readonly runner: SpeakerRunner
  readonly layer2: AnnouncerStatus | undefined
  readonly bgp: readonly BgpPeerStatus[]
  readonly members: readonly MemberStatus[] | undefined
  /** of the calendar */
  readonly nowMs: number
}

export function countNumbers({ node, runner, layer2, bgp, members, nowMs }: NumbersParts): SpeakerNumbers {
  const { state, numbers } = runner
  const withState = (wanted: string): number => members?.filter((each) => each.state === wanted).length ?? 0
  return {
    node,
    announced: announced(state),
    layer2: layer2Numbers(layer2),
    peers: bgp.map((status) => peerNumbers(status, nowMs)),
    members: members === undefined ? undefined : { alive: withState('alive'), suspect: withState('suspect') },
    configuration: {
      loaded: state.configuration !== undefined,
      stale: state.configurationProblems.length > 0,
      updates: numbers.updates,
      errors: numbers.refusals,
    },
    decisions: { count: state.decisionCount, latency: numbers.latency },
  }
}

function announced(state: SpeakerState): AnnouncedNumber[] {
  const all: AnnouncedNumber[] = []
  for (const [service, { addresses, layer2, bgp }] of state.decisions)
    for (const address of addresses) {
      const ip = formatIp(address)
      if (layer2.verdict.announces) all.push({ service, protocol: 'layer2', ip })
      if (bgp.verdict.announces) all.push({ service, protocol: 'bgp', ip })
    }
  return all
}

function layer2Numbers(status: AnnouncerStatus | undefined): Layer2Numbers {
  const byAddress = new Map<string, Layer2Numbers['byAddress'][number]>()
  const byInterface = new Map<string, number>()
  for (const { address, interfaceName, requests, answers, refreshes, gratuitous } of status?.addresses ??
    []) {
    const ip = formatIp(address)
    const before = byAddress.get(ip) ?? { requests: 0, answers: 0, refreshes: 0 }
    // Gratuitous ones are counted for all interfaces together already.
    byAddress.set(ip, {
      ip,
      requests: before.requests + requests,
      answers: before.answers + answers,
      refreshes: before.refreshes + refreshes,
      gratuitous,
    })
    byInterface.set(interfaceName, (byInterface.get(interfaceName) ?? 0) + answers)
  }
  const conflicts = new Map<string, number>()
  for (const { address, count } of status?.conflicts ?? [])
    conflicts.set(formatIp(address), (conflicts.get(formatIp(address)) ?? 0) + count)
  return {
    byAddress: [...byAddress.values()],
    byInterface: [...byInterface].map(([name, answers]) => ({ interface: name, answers })),
    conflicts: [...conflicts].map(([ip, count]) => ({ ip, count })),
  }
}

const peerNumbers = (status: BgpPeerStatus, nowMs: number): PeerNumbers => ({
  name: status.name,
  peer: `${formatIp(status.remote.address)}:${status.remote.port}`,
  up: status.state === 'established',
  state: status.state,
  secondsInState: Math.max(0, (nowMs - status.sinceMs) / 1000),
  updates: status.messages.sent.update,
  announcedPrefixes: status.prefixes.announced,
  pendingPrefixes: status.prefixes.pending,
})
