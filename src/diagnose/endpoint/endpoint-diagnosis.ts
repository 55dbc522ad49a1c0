// `explain ADDRESS:PORT`: the steps of a connection in their order, the first that fails, and what its words mean.
import { type Check, judge, type Verdict } from '../judge.ts'
import { judgeRoute } from '../route/route-diagnosis.ts'
import { http } from './checks/http.ts'
import { name } from './checks/name.ts'
import { node } from './checks/node.ts'
import { plainPort } from './checks/plain-port.ts'
import {
  decisive,
  type EndpointAttempt,
  type EndpointFacts,
  type PlainReach,
  resultOf,
} from './endpoint-facts.ts'
import { type NextStep, nextSteps } from './next-steps.ts'
import { type TerminalWords, terminalWords } from './terminal-words.ts'
import { endpointVantage, notKnownFromHere } from './vantage.ts'

export interface EndpointVerdict extends Verdict {
  readonly words: readonly TerminalWords[]
  readonly next: readonly NextStep[]
  /** of other addresses of the name: `2001:db8::1: ENETUNREACH` */
  readonly others: readonly string[]
}

/** Of the way back to a client there is nothing to say: this host is the client. */
const NOT_ASKED: ReadonlySet<string> = new Set(['rp-filter', 'return-path'])

export function judgeEndpoint(facts: EndpointFacts): EndpointVerdict {
  const attempt = decisive(facts)
  const before = judged(facts, [name])
  const way = attempt === undefined ? undefined : attemptVerdict(attempt, facts)
  const after = way === undefined ? undefined : judged(facts, [node, http])
  const parts = [before, way, after].filter((part) => part !== undefined)
  const worst =
    parts.find(({ status }) => status === 'findings') ?? parts.find(({ status }) => status !== 'healthy')
  const vantage = endpointVantage(facts)
  return {
    status: worst?.status ?? 'healthy',
    summary: worst?.summary ?? reachedText(facts, attempt),
    checks: parts.flatMap(({ checks }) => checks.filter(({ id }) => !NOT_ASKED.has(id))),
    // Each part has its own worst first, and the parts are steps: what fails first explains what comes later.
    findings: parts
      .flatMap(({ findings }) => findings)
      .map((finding) => ({ ...finding, vantage }))
      .sort((a, b) => Number(a.severity === 'info') - Number(b.severity === 'info')),
    vantage,
    notTested: notKnownFromHere(facts),
    words: terminalWords(facts),
    next: nextSteps(facts),
    others: othersOf(facts, attempt),
  }
}

const judged = (facts: EndpointFacts, checks: readonly Check<EndpointFacts>[]): Verdict =>
  judge(facts, {
    checks,
    vantage: endpointVantage,
    notTested: () => [],
    healthySummary: () => '',
  })

function attemptVerdict(attempt: EndpointAttempt, { port, hostName }: EndpointFacts): Verdict {
  const { route, plain } = attempt
  if (route !== undefined) return judgeRoute(route)
  const known: PlainReach = plain ?? resultOf(attempt)
  return judge(
    { attempt: { ...attempt, plain: known }, port },
    {
      checks: [plainPort],
      vantage: () => `host ${hostName}`,
      notTested: () => [],
      healthySummary: () => '',
    },
  )
}

function reachedText({ asked, port, host }: EndpointFacts, attempt: EndpointAttempt | undefined): string {
  const address = attempt?.address ?? host
  const at = address === host ? '' : ` at ${address}`
  return `${asked} can be reached from here: port ${port}${at} accepts connections.`
}

const othersOf = ({ attempts }: EndpointFacts, chosen: EndpointAttempt | undefined): readonly string[] =>
  attempts
    .filter((attempt) => attempt !== chosen)
    .map((attempt) => {
      const { result, code } = resultOf(attempt)
      return `${attempt.address}: ${result === 'silent' ? 'no answer' : (code ?? result)}`
    })
