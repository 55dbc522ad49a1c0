import { milliseconds } from '../../checks/answers.ts'
import { type CheckOutcome, fail, pass, skip, unknown } from '../../finding.ts'
import type { Check } from '../../judge.ts'
import type { EndpointFacts, HttpFacts } from '../endpoint-facts.ts'

export const http: Check<EndpointFacts> = {
  id: 'http',
  title: 'the application answers a request',
  evaluate: ({ http: found, host }): CheckOutcome => {
    if (found === undefined) return skip('no request was sent (--http sends one)')
    if (found.result === 'answered') return pass(answerText(found))
    if (found.result === 'failed')
      return unknown(
        `The port accepts connections, but ${found.tls ? 'TLS' : 'HTTP'} fails with ${found.code}: another protocol is spoken there, or the connection is cut. If it changes from try to try, two machines have the address (F13, F18, F20).`,
      )
    return fail({
      code: 'F33',
      title: `The port accepts connections, but ${found.tls ? 'the TLS handshake or the answer' : 'the answer'} never comes.`,
      severity: 'error',
      confidence: 'possible',
      subject: host,
      evidence: [`HEAD ${found.url}: no answer within ${milliseconds(found.elapsedMs)}`],
      cause:
        'Small packets pass and large ones are lost, as behind a tunnel whose MTU nobody is told; or the application hangs; or the answers take another way.',
      fix: [
        {
          text: 'See whether large packets get through without fragments, in smaller and smaller sizes.',
          command: `ping -M do -s 1472 ${host}`,
        },
      ],
      candidates: ['F30', 'F31'],
    })
  },
}

function answerText({ status, server, certificate }: Extract<HttpFacts, { result: 'answered' }>): string {
  return [
    `HTTP status ${status}`,
    ...(server === undefined ? [] : [`server "${server}"`]),
    ...(certificate === undefined
      ? []
      : [
          `certificate for ${certificate.subject} by ${certificate.issuer}, until ${certificate.validTo}${
            certificate.untrusted === undefined ? '' : `, not trusted here (${certificate.untrusted})`
          }`,
        ]),
  ].join(', ')
}
