// `diagnose path`: which checks there are, in which order they are told, and the summary.
import { type Check, judge, type Verdict } from '../judge.ts'
import { carriedAddress } from './checks/carried-address.ts'
import { connectionTable } from './checks/connection-table.ts'
import { endpoints } from './checks/endpoints.ts'
import { fromHere } from './checks/from-here.ts'
import { knownAddress } from './checks/known-address.ts'
import { localEndpoint } from './checks/local-endpoint.ts'
import { otherFirewall } from './checks/other-firewall.ts'
import { rules } from './checks/rules.ts'
import { serviceProxy } from './checks/service-proxy.ts'
import { sourceRanges } from './checks/source-ranges.ts'
import { virtualServer } from './checks/virtual-server.ts'
import type { PathFacts, WalkFacts } from './path-facts.ts'
import { clientText, fateText, portText, roleText } from './path-words.ts'

/** Each is a pure function of the facts, so that a diagnosis of the whole cluster can use it as it is. */
export const PATH_CHECKS: readonly Check<PathFacts>[] = [
  rules,
  serviceProxy,
  knownAddress,
  carriedAddress,
  virtualServer,
  endpoints,
  localEndpoint,
  sourceRanges,
  otherFirewall,
  fromHere,
  connectionTable,
]

export const judgePath = (facts: PathFacts): Verdict =>
  judge(facts, { checks: PATH_CHECKS, vantage: vantageOf, notTested: notTestedOf, healthySummary: summaryOf })

function vantageOf({ host, file }: PathFacts): string {
  if (host === undefined) return `rules in ${file ?? 'a file'}`
  return `host ${host.name}${host.netns === undefined ? '' : `, network namespace ${host.netns}`}`
}

function notTestedOf(facts: PathFacts): string[] {
  const { ports, sources, addressesKnown, host, mode, unknownSets = [] } = facts
  // Rules that ask sets which are not known are told together.
  const open = ports
    .flatMap(({ notFollowed }) => notFollowed)
    .filter((rule) => !unknownSets.some((set) => rule.includes(`--match-set ${set} `)))
  const missing = new Set(ports.flatMap(({ missingChains }) => missingChains))
  return [
    ...sources
      .filter(({ result }) => result !== 'read' && result !== 'empty')
      .map(
        ({ name, result, note }) =>
          `what ${name} would print: ${result}${note === undefined ? '' : `, ${note}`}`,
      ),
    ...open.slice(0, 5).map((rule) => `a rule that was taken not to match: ${rule}`),
    ...(open.length > 5 ? [`${open.length - 5} more rules that could not be followed`] : []),
    ...[...missing].map((chain) => `the chain ${chain}: rules lead to it, and it is not there`),
    ...(unknownSets.length === 0
      ? []
      : [`what is in ${setsText(unknownSets)}, which rules compare with: ipset save prints it`]),
    ...(addressesKnown
      ? []
      : ['NodePorts and connections of the node itself: --node-address tells its addresses']),
    ...(host === undefined && mode === 'ipvs'
      ? ['whether kube-ipvs0 of the node has the address: ip address show dev kube-ipvs0']
      : []),
    ...(host === undefined
      ? []
      : ['whether packets get here at all: lbctl diagnose arp and lbctl diagnose bgp tell']),
    'whether the endpoints answer, and the network between here and them',
  ]
}

function setsText(names: readonly string[]): string {
  const [first = '', ...more] = names
  return more.length === 0 ? `the set ${first}` : `the set ${first} and ${more.length} others`
}

function summaryOf({ ports, target }: PathFacts): string {
  const [first, ...more] = ports.filter(({ roles }) => roles.length > 0)
  if (first === undefined) return `${target.address} is no address of a Service.`
  const [walk, ...otherWalks] = first.walks
  const isReached = ({ ends }: WalkFacts): boolean => ends.some(({ end }) => end === 'endpoint')
  // Where most clients are kept out on purpose, the healthy thing is that the others get in.
  const letIn = walk === undefined || isReached(walk) ? undefined : otherWalks.find(isReached)
  const told = [letIn, walk].filter((each) => each !== undefined)
  const going = told
    .map(({ clients, ends }) =>
      told.length === 1 ? `connections ${fateText(ends)}` : `${clientText(clients)} ${fateText(ends)}`,
    )
    .join('; ')
  const others = more.length === 0 ? '' : ` It has ${more.length} other port${more.length === 1 ? '' : 's'}.`
  return `${portText(target, first.port)} is ${roleText(first)}${going === '' ? '' : ': '}${going}.${others}`
}
