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
    const empty = known.find((port) => port.walks.some(hasNone))
    if (empty === undefined) {
      const [walk] = known
        .flatMap(({ walks }) => walks)
        .filter(({ ends }) => ends.some(({ end }) => end === 'endpoint'))
      return walk === undefined
        ? skip('nothing leads to an endpoint, for another reason')
        : pass(endsText(walk.ends))
    }
    return fail(finding(empty, portText(target, empty.port)))
  },
}

const hasNone = ({ ends }: WalkFacts): boolean =>
  ends.some(
    ({ end, stoppedBy = '', stoppedIn = '' }) =>
      end === 'rejected' && (/has no endpoints$/.test(stoppedBy) || /reject-chain$|^ipvs$/.test(stoppedIn)),
  )

function finding({ service }: PortFacts, what: string) {
  const name = service ?? 'the Service'
  const [namespace, rest = ''] = (service ?? 'NAMESPACE/NAME').split('/')
  return {
    code: 'F08',
    title: `Connections to ${what} are refused: ${name} has no ready endpoint.`,
    severity: 'error' as const,
    confidence: 'certain' as const,
    subject: what,
    evidence: [
      'kube-proxy has a rule that rejects them, which it writes for a Service without endpoints only',
    ],
    cause:
      'No Pod matches the selector of the Service, or none of them is ready. Clients see "connection refused".',
    fix: [
      {
        text: 'See the endpoints, and why Pods are not ready.',
        command: `kubectl -n ${namespace} get endpointslices -l kubernetes.io/service-name=${rest.split(':')[0]} -o wide`,
      },
    ],
  }
}
