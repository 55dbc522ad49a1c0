// F40 of the hosts that were read: another program of the node has the session with the router, or listens for it.
import type { Mode } from '../../../config/rules/context.ts'
import { formatIp } from '../../../net/ip.ts'
import { type ClusterCheck, type ClusterDraft, failOr, skip } from '../cluster-check.ts'
import type { ClusterView } from '../cluster-view.ts'
import { firstAndMore } from '../first-and-more.ts'
import type { HostFacts } from '../host-facts.ts'
import { endOf, sessionsWith } from '../host-sessions.ts'
import type { Installation } from '../installations.ts'
import { peersOf } from '../peers-of-node.ts'
import { counted } from '../wording.ts'

/** Programs that speak BGP and are no part of MetalLB; `bgpd` is one where FRR is no part of MetalLB. */
const KNOWN = new Set([
  'bird',
  'bird6',
  'gobgpd',
  'exabgp',
  'calico-node',
  'cilium-agent',
  'kube-router',
  'kube-vip',
])
const BGP_PORT = 179
/** as a process is called that ended while its socket was looked up */
const UNNAMED = 'unknown'
/** Names of the runtime of lbctl: its speaker may have been started by hand in the place of MetalLB's. */
const RUNTIME = /^(?:node|MainThread|lbctl)$/

export const ownSession: ClusterCheck = {
  id: 'own-session',
  code: 'F40',
  link: 'wire',
  title: 'no other program of the nodes has the sessions with the routers',
  needs: ['hosts', 'nodes', 'configuration'],
  evaluate: (view) => {
    const pairs = [...view.hosts.values()].flatMap((host) =>
      peersOf(host.node, view).flatMap(({ session }) =>
        session.remote.kind === 'address'
          ? [{ host, peer: session.peer, router: session.remote.address }]
          : [],
      ),
    )
    if (pairs.length === 0) return skip('no node that was read has a BGPPeer with an address')
    const programs = new Programs(view.installation)
    const findings = pairs.flatMap(({ host, peer, router }): ClusterDraft[] => {
      const open = sessionsWith(host, router)
      const taken = open.find(({ program }) => programs.hasTaken(program))
      if (taken?.program !== undefined) return [takenDraft(host, peer, formatIp(router), taken.program)]
      const waiting = host.listeners.find(
        ({ address, program }) => endOf(address)?.port === BGP_PORT && programs.isOther(program),
      )
      return open.length > 0 || waiting?.program === undefined
        ? []
        : [waitingDraft(host, peer, waiting.address, waiting.program, view)]
    })
    return failOr(
      firstAndMore(
        findings,
        3,
        (each) => each,
        (more) => `${more} more nodes or routers have another program that speaks BGP`,
      ),
      counted(pairs.length, 'pair of node and router', 'pairs of node and router'),
    )
  },
}

/** Tells the program of a socket from MetalLB's own. */
class Programs {
  readonly #mode: Mode | undefined
  /**
   * Name of the process that has MetalLB's sessions, wherever its image keeps it (`speaker`, `metallb-speaker`); undefined: nobody knows,
   * or it is lbctl's, which has the name of its runtime.
   */
  readonly #expected: RegExp | undefined

  constructor(installation: Installation | undefined) {
    this.#mode = installation?.mode
    const ours = installation?.workloads.some(({ maker }) => maker === 'lbctl') === true
    this.#expected = ours || this.#mode === undefined ? undefined : EXPECTED[this.#mode]
  }

  /** One that is known to speak BGP, and is no part of MetalLB. */
  readonly isOther = (program: string | undefined): program is string =>
    program !== undefined && (KNOWN.has(program) || (program === 'bgpd' && this.#mode === 'native'))

  /** One that has a session and is not the one that is expected there, known or not. */
  readonly hasTaken = (program: string | undefined): program is string =>
    this.#expected === undefined
      ? this.isOther(program)
      : program !== undefined &&
        program !== UNNAMED &&
        !RUNTIME.test(program) &&
        !this.#expected.test(program)
}

const EXPECTED: Readonly<Record<Mode, RegExp>> = { native: /speaker$/, frr: /^bgpd$/, 'frr-k8s': /^bgpd$/ }

const FIXES: ClusterDraft['fix'] = [
  {
    text: 'Let one of the two speak: let the other program announce the addresses of the pools and remove the BGPPeers and BGPAdvertisements of MetalLB, or stop it.',
  },
  {
    text: 'Or peer from another address of the node, which is another neighbour for the router.',
    configuration: ['spec:', '  sourceAddress: ADDRESS'],
  },
]

const takenDraft = ({ node }: HostFacts, peer: string, router: string, program: string): ClusterDraft => ({
  title: `${program} on ${node} has the session with the router ${router} that the BGPPeer "${peer}" asks for.`,
  severity: 'error',
  confidence: 'certain',
  subject: `BGPPeer ${peer}`,
  evidence: [`${node}: an established connection to ${router}, of the program ${program}`],
  cause:
    'A router keeps one session for each pair of addresses (RFC 4271 §6.8). The other one is there already, and the speaker is turned away or takes turns with it.',
  fix: FIXES,
  affects: 'installation',
})

const waitingDraft = (
  { node }: HostFacts,
  peer: string,
  address: string,
  program: string,
  { installation }: ClusterView,
): ClusterDraft => ({
  title: `${program} listens for BGP on ${node}, and nobody there has a session with the router of the BGPPeer "${peer}".`,
  severity: 'warning',
  confidence: 'possible',
  subject: `Node ${node}`,
  evidence: [
    `${node}: ${program} listens on ${address}`,
    `MetalLB runs in ${installation?.mode ?? 'unknown'} mode`,
  ],
  cause: `What the router opens goes to ${program}, and it refuses the speaker or answers for it.`,
  fix: FIXES,
  affects: 'installation',
})
