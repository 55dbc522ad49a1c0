import { type CheckOutcome, fail, pass, skip } from '../../finding.ts'
import type { Check } from '../../judge.ts'
import type { PathFacts, PortFacts, WalkFacts } from '../path-facts.ts'
import { endsText, portText } from '../path-words.ts'

/** A Service without any endpoint: kube-proxy refuses connections to it. */
export const endpoints: Check<PathFacts> = {
  id: 'endpoints',
  title: 'the Service has endpoints',
  evaluate: ({ ports, target }): CheckOutcome => {
    const known = ports.filter(({ roles }) => roles.length > 0)
    if (known.length === 0) return skip('no Service has the address')
    // Without an endpoint on this node only, that is told (F28).
    const empty = known.find((port) => port.virtualServer?.localOnly !== true && port.walks.some(hasNone))
    if (empty === undefined) {
      const [walk] = known
        .flatMap(({ walks }) => walks)
        .filter(({ ends }) => ends.some(({ end }) => end === 'endpoint'))
      return walk === undefined
        ? skip('nothing leads to an endpoint, for another reason')
        : pass(endsText(walk.ends))
    }
    return fail(finding(empty, portText(target, empty.port), target.address))
  },
}

const hasNone = ({ ends }: WalkFacts): boolean =>
  ends.some(
    ({ end, stoppedBy = '', stoppedIn = '' }) =>
      end === 'rejected' && (/has no endpoints$/.test(stoppedBy) || /reject-chain$|^ipvs$/.test(stoppedIn)),
  )

/** IPVS does not know whose virtual server it is. */
function lookUp(service: string | undefined, address: string): { text: string; command: string } {
  if (service === undefined)
    return {
      text: 'See which Service has the address, and then its endpoints.',
      command: `kubectl get services -A -o wide | grep -F ${address}`,
    }
  const [namespace, rest = ''] = service.split('/')
  return {
    text: 'See the endpoints, and why Pods are not ready.',
    command: `kubectl -n ${namespace} get endpointslices -l kubernetes.io/service-name=${rest.split(':')[0]} -o wide`,
  }
}

function finding({ service, virtualServer, walks }: PortFacts, what: string, address: string) {
  const name = service ?? 'the Service'
  const inIpvs = walks
    .flatMap(({ ends }) => ends)
    .flatMap(({ stoppedIn, stoppedBy }) => (stoppedIn === 'ipvs' ? (stoppedBy ?? []) : []))
  return {
    code: 'F08',
    title: `Connections to ${what} are refused: ${name} has no ready endpoint.`,
    severity: 'error' as const,
    confidence: 'certain' as const,
    subject: what,
    evidence:
      inIpvs.length > 0
        ? [...new Set(inIpvs)]
        : ['kube-proxy has a rule that rejects them, which it writes for a Service without endpoints only'],
    cause:
      (virtualServer?.endpoints ?? 0) > 0
        ? 'kube-proxy gives weight 0 to endpoints whose Pods are being ended, and no other Pod is ready. Clients see "connection refused".'
        : 'No Pod matches the selector of the Service, or none of them is ready. Clients see "connection refused".',
    fix: [lookUp(service, address)],
  }
}
