// F36, F46: what frr-k8s says about each session.
import type { KubeObject } from '../../../config/kube-object.ts'
import { type ClusterCheck, type ClusterDraft, failOr, skip } from '../cluster-check.ts'
import type { ClusterView } from '../cluster-view.ts'
import { textAt } from '../object-fields.ts'
import { keyOf } from '../object-keys.ts'
import { isDown } from '../recorded-sessions.ts'
import { counted, listed } from '../wording.ts'

export const sessionsEstablished: ClusterCheck = {
  id: 'sessions-established',
  code: 'F36',
  link: 'wire',
  title: 'the BGP sessions are established',
  needs: ['statuses'],
  evaluate: (view) => {
    const sessions = view.statuses('BGPSessionState')
    if (sessions.length === 0) return skip('the speakers keep no record of their sessions')
    const down = sessions.filter(isDown)
    const withoutBfd = sessions.filter((each) => !down.includes(each) && hasBfdDown(each))
    return failOr(
      [
        ...(down.length > 0 ? [notEstablished(down, sessions.length, byBgpAlone(view))] : []),
        ...(withoutBfd.length > 0 ? [bfdDown(withoutBfd)] : []),
      ],
      counted(sessions.length, 'session'),
    )
  },
}

const hasBfdDown = (session: KubeObject): boolean => textAt(session, 'status', 'bfdStatus') === 'Down'

const titleOf = (session: KubeObject): string =>
  `${textAt(session, 'status', 'node') ?? '?'} to ${textAt(session, 'status', 'peer') ?? '?'}`

/** Without a session these are reached by nobody. */
const byBgpAlone = (view: ClusterView): readonly string[] =>
  view.servicesWithAddress
    .filter((service) => {
      const pool = view.poolOf(service)
      return pool !== undefined && pool.l2.length === 0 && pool.bgp.length > 0
    })
    .map(keyOf)

function notEstablished(down: readonly KubeObject[], all: number, services: readonly string[]): ClusterDraft {
  const [first] = down
  const peer = textAt(first, 'status', 'peer') ?? 'ROUTER'
  return {
    title: `${down.length} of ${counted(all, 'BGP session')} ${down.length === 1 ? 'is' : 'are'} not established: ${listed(down.map(titleOf), 3)}.`,
    severity: down.length === all ? 'error' : 'warning',
    confidence: 'likely',
    subject: `session of ${first === undefined ? '' : titleOf(first)}`,
    evidence: down
      .slice(0, 5)
      .map(
        (each) =>
          `${titleOf(each)}: ${textAt(each, 'status', 'bgpStatus') ?? 'unknown'}${hasBfdDown(each) ? ', BFD Down' : ''}`,
      ),
    cause: 'The router does not answer, does not know the node, or does not agree with it.',
    fix: [
      {
        text: 'On that node: climbs from the route to the OPEN of the router, and says which it is.',
        command: `lbctl diagnose bgp ${peer} --from-cluster`,
      },
    ],
    candidates: ['F37', 'F38', 'F39', 'F40', 'F34', ...(down.some(hasBfdDown) ? ['F46'] : [])],
    affects: down.length < all ? [] : services.length > 0 ? services : 'installation',
  }
}

const bfdDown = (sessions: readonly KubeObject[]): ClusterDraft => ({
  code: 'F46',
  title: `BFD is down while BGP is up: ${listed(sessions.map(titleOf), 3)}.`,
  severity: 'warning',
  confidence: 'likely',
  subject: `session of ${sessions[0] === undefined ? '' : titleOf(sessions[0])}`,
  evidence: sessions.slice(0, 5).map((each) => `${titleOf(each)}: BGP Established, BFD Down`),
  cause: 'The router runs no BFD for this neighbour, or UDP port 3784 (4784 over several hops) is filtered.',
  fix: [
    {
      text: 'Switch BFD on at the router for these neighbours, or take bfdProfile out of the BGPPeer.',
      command: 'kubectl -n metallb-system get bgppeers -o yaml',
    },
  ],
  affects: [],
})
