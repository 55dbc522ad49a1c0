// `diagnose route`: which checks there are, in which order they are told, and the summary.
import { type Check, judge, type Verdict } from '../judge.ts'
import { nextHop } from './checks/next-hop.ts'
import { pathMtu } from './checks/path-mtu.ts'
import { port } from './checks/port.ts'
import { replyText, returnRoute } from './checks/return-route.ts'
import { rpFilter } from './checks/rp-filter.ts'
import { vantage } from './checks/vantage.ts'
import { way, wayText } from './checks/way.ts'
import type { RouteDiagnosisFacts } from './route-facts.ts'

const ROUTE_CHECKS: readonly Check<RouteDiagnosisFacts>[] = [
  way,
  vantage,
  nextHop,
  pathMtu,
  rpFilter,
  returnRoute,
  port,
]

export const judgeRoute = (facts: RouteDiagnosisFacts): Verdict =>
  judge(facts, {
    checks: ROUTE_CHECKS,
    vantage: vantageOf,
    notTested: notTestedOf,
    healthySummary: summaryOf,
  })

function vantageOf({ host, interface: link, route }: RouteDiagnosisFacts): string {
  const netns = host.netns === undefined ? '' : `, network namespace ${host.netns}`
  const on =
    link === undefined ? '' : `, ${link.name}${route.source === undefined ? '' : ` as ${route.source}`}`
  return `host ${host.name}${netns}${on}`
}

function notTestedOf({ returnPath, reach, route, nextHop: hop }: RouteDiagnosisFacts): string[] {
  return [
    ...(hop?.role === 'gateway' ? [`the way behind ${hop.address}: only routers there know it`] : []),
    ...(returnPath === undefined ? ['the way back to a client, and rp_filter: --from CLIENT tells'] : []),
    ...(reach === undefined && route.found
      ? ['whether a port answers, and who refuses: --port PORT tells']
      : []),
  ]
}

function summaryOf({ target, route, returnPath, reach }: RouteDiagnosisFacts): string {
  const back =
    returnPath?.reply.found === true
      ? `; the answer to ${returnPath.client} leaves ${replyText(returnPath.reply)}`
      : ''
  const answered = reach?.result === 'connected' ? `; port ${reach.port} answers` : ''
  return `Way to ${target.address}: ${wayText(route)}${answered}${back}.`
}
