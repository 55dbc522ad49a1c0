import { milliseconds } from '../../checks/answers.ts'
import { type CheckOutcome, fail, pass, skip, unknown } from '../../finding.ts'
import type { Check } from '../../judge.ts'
import type { EndpointFacts } from '../endpoint-facts.ts'

/** No server was reached: nothing is known about the name. */
const NO_ANSWER: ReadonlySet<string> = new Set([
  'EAI_AGAIN',
  'ETIMEOUT',
  'ETIMEDOUT',
  'ECONNREFUSED',
  'timeout',
])

export const name: Check<EndpointFacts> = {
  id: 'name',
  title: 'the name has an address',
  evaluate: ({ name: found, host, attempts }): CheckOutcome => {
    if (found.result === 'literal') return skip('an address was given')
    if (found.result === 'found')
      return pass(
        `${host} is ${found.addresses.join(', ')}${attempts.length > 1 ? '; each is tried until one answers' : ''}`,
      )
    const { code, elapsedMs } = found
    if (NO_ANSWER.has(code))
      return unknown(
        `The name ${host} could not be looked up: no name server answered (${code}, after ${milliseconds(elapsedMs)}). Nothing was sent to the Service.`,
      )
    return fail({
      code: 'F35',
      title: `The name ${host} has no address; nothing was sent to the Service.`,
      severity: 'error',
      confidence: 'certain',
      subject: host,
      evidence: [`getaddrinfo: ${code} after ${milliseconds(elapsedMs)}`],
      cause:
        'The load balancer has no part in this: no name server of this host knows the name, or it is misspelt. A Service of type LoadBalancer gets an address, and no name, unless something like external-dns makes one.',
      fix: [
        {
          text: 'Find the address where kubectl works, and try that.',
          command: 'kubectl get services -A --field-selector spec.type=LoadBalancer',
        },
        { text: 'Add the name to DNS, or for a test to /etc/hosts.' },
      ],
    })
  },
}
