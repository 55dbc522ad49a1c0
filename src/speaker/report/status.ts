// What a speaker says of itself when it is asked: plain values, which become JSON as they are.
import type { BgpPeerStatus } from '../../bgp/status.ts'
import type { Diagnostic } from '../../config/diagnostic.ts'
import { formatIp, type Ip } from '../../net/ip.ts'
import type { CandidateMatrix, ServiceDecision } from '../decide/decider.ts'
import type { Verdict } from '../decide/reasons.ts'
import type { SpeakerState } from '../state/speaker-state.ts'
import { placeOfDiagnostic, whyNot } from './effect-records.ts'
import { unweighed, unweighedText } from './preference-records.ts'

export interface SpeakerStatus {
  readonly node: string
  readonly version: string
  /** RFC 3339 */
  readonly startedAt: string
  readonly configuration: {
    readonly state: 'valid' | 'invalid' | 'none'
    readonly problems: readonly {
      readonly code: string
      readonly message: string
      readonly place: string | null
    }[]
  }
  readonly services: readonly ServiceStatus[]
  readonly peers: readonly PeerStatus[]
  /** null: membership is off, and every node counts */
  readonly members: readonly MemberStatus[] | null
  readonly conflicts: readonly ConflictStatus[]
  /** what this speaker cannot do here, and why */
  readonly limits: readonly string[]
}

export interface ServiceStatus {
  /** `namespace/name` */
  readonly service: string
  readonly addresses: readonly string[]
  readonly pool: string | null
  readonly layer2: PartStatus & {
    readonly owner: string | null
    readonly interfaces: 'all' | readonly string[] | null
  }
  readonly bgp: PartStatus & { readonly peers: readonly string[] }
}

/** A node's part in a Service. */
export interface PartStatus {
  readonly announces: boolean
  /** MetalLB's word for it; null when it announces */
  readonly reason: string | null
  /** in plain words; null when it announces */
  readonly why: string | null
}

export interface PeerStatus {
  readonly name: string
  readonly address: string | null
  readonly port: number | null
  readonly interface: string | null
  readonly localAsn: number | null
  readonly peerAsn: number | string | null
  readonly state: string
  readonly since: string | null
  readonly uptimeSeconds: number | null
  readonly holdTimeSeconds: number | null
  readonly prefixes: { readonly announced: number; readonly pending: number; readonly received: number }
  readonly resets: number
  readonly lastEnding: { readonly at: string; readonly words: string } | null
}

export interface MemberStatus {
  readonly name: string
  readonly address: string
  readonly state: string
}

export interface ConflictStatus {
  readonly address: string
  readonly interface: string
  readonly mac: string
  readonly lastAt: string
  readonly count: number
}

export interface StatusParts {
  readonly version: string
  readonly nodeName: string
  readonly startedAtMs: number
  /** milliseconds since 1970 as RFC 3339 */
  readonly timeText: (ms: number) => string
  readonly state: SpeakerState
  readonly bgp: readonly BgpPeerStatus[]
  readonly members: readonly MemberStatus[] | undefined
  readonly conflicts: readonly ConflictStatus[]
  readonly limits: readonly string[]
}

export function speakerStatus(parts: StatusParts): SpeakerStatus {
  const { state } = parts
  const ignored = unweighed(state)
  const services = [...state.decisions]
    .map(([service, decision]) => serviceStatus(service, decision, state.bgpStatus.get(service) ?? []))
    .sort((a, b) => (a.service < b.service ? -1 : 1))
  return {
    node: parts.nodeName,
    version: parts.version,
    startedAt: parts.timeText(parts.startedAtMs),
    configuration: configurationStatus(state),
    services,
    peers: peerStatuses(parts),
    members: parts.members ?? null,
    conflicts: parts.conflicts,
    limits: [...parts.limits, ...(ignored.length === 0 ? [] : [unweighedText(ignored)])],
  }
}

function configurationStatus(state: SpeakerState): SpeakerStatus['configuration'] {
  const problems = state.configurationProblems
  const kind = problems.length > 0 ? 'invalid' : state.configuration !== undefined ? 'valid' : 'none'
  return { state: kind, problems: problems.map(problemStatus) }
}

const problemStatus = (problem: Diagnostic) => ({
  code: problem.code,
  message: problem.message,
  place: placeOfDiagnostic(problem) ?? null,
})

function serviceStatus(service: string, decision: ServiceDecision, peers: readonly string[]): ServiceStatus {
  const { addresses, pool, layer2, bgp } = decision
  return {
    service,
    addresses: addresses.map(formatIp),
    pool: pool ?? null,
    layer2: {
      ...partStatus(layer2.verdict),
      owner: layer2.owner ?? null,
      interfaces: layer2.verdict.announces ? (layer2.interfaces ?? 'all') : null,
    },
    bgp: { ...partStatus(bgp.verdict), peers },
  }
}

const partStatus = (verdict: Verdict): PartStatus =>
  verdict.announces
    ? { announces: true, reason: null, why: null }
    : { announces: false, reason: verdict.reason, why: whyNot(verdict) }

function peerStatuses({ state, bgp, timeText }: StatusParts): PeerStatus[] {
  const known = new Map(bgp.map((status) => [status.name, status]))
  return state.peers.map(({ name, options, interfaceName }) => {
    const status = known.get(name)
    const { agreement } = status?.session ?? {}
    return {
      name,
      address: options === undefined ? null : formatIp(options.remote.address),
      port: options?.remote.port ?? null,
      interface: interfaceName ?? null,
      localAsn: options?.localAsn ?? null,
      peerAsn: agreement?.peerAsn ?? options?.peerAsn ?? null,
      state: status?.state ?? 'no router seen',
      since: status === undefined ? null : timeText(status.sinceMs),
      uptimeSeconds: status?.uptimeSeconds ?? null,
      holdTimeSeconds: agreement?.holdTimeSeconds ?? null,
      prefixes: {
        announced: status?.prefixes.announced ?? 0,
        pending: status?.prefixes.pending ?? 0,
        received: (status?.prefixes.received[4] ?? 0) + (status?.prefixes.received[6] ?? 0),
      },
      resets: status?.resets ?? 0,
      lastEnding:
        status?.lastEnding === undefined
          ? null
          : { at: timeText(status.lastEnding.atMs), words: status.lastEnding.words },
    }
  })
}

/** Every node's part in one Service, and who would take over by layer 2. */
export interface WhyStatus {
  readonly service: string
  readonly addresses: readonly string[]
  readonly pool: string | null
  readonly thisNode: string
  readonly nodes: readonly { readonly node: string; readonly layer2: PartStatus; readonly bgp: PartStatus }[]
  /** names, the announcer first */
  readonly succession: readonly string[]
}

/** Services that a question is about: by name, with or without the namespace, or by an address of theirs. */
export function servicesMeant(
  state: SpeakerState,
  asked: string,
  parse: (text: string) => Ip | undefined,
): string[] {
  const address = parse(asked)
  const text = address === undefined ? undefined : formatIp(address)
  return [...state.decisions].flatMap(([key, { addresses }]) => {
    const named = key === asked || (!asked.includes('/') && key.endsWith(`/${asked}`))
    const holds = text !== undefined && addresses.some((each) => formatIp(each) === text)
    return named || holds ? [key] : []
  })
}

export function whyStatus(service: string, matrix: CandidateMatrix, thisNode: string): WhyStatus {
  const nodes = [...matrix.nodes]
    .map(([node, { layer2, bgp }]) => ({ node, layer2: partStatus(layer2), bgp: partStatus(bgp) }))
    .sort((a, b) => (a.node < b.node ? -1 : 1))
  return {
    service,
    addresses: matrix.addresses.map(formatIp),
    pool: matrix.pool ?? null,
    thisNode,
    nodes,
    succession: matrix.succession.map(({ node }) => node),
  }
}
