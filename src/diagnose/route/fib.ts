// A route look-up as the kernel does it, on its tables as data: for questions that cannot be put to it without rights, such as
// "where would a packet go that came from an address that this host does not have".
// Rules are tried in the order of their priority; in a table the longest prefix wins, then the lowest metric (ip-rule(8)).
import type { Ip } from '../../net/ip.ts'
import { formatPrefix, prefixContains } from '../../net/prefix.ts'
import type { Route, Rule } from '../ports/tables.ts'

export interface FibQuestion {
  readonly destination: Ip
  /** undefined: not chosen yet, so only rules without `from` match */
  readonly source: Ip | undefined
  /** name; undefined for packets of this host, whose incoming interface is `lo` */
  readonly inputInterface: string | undefined
  /** leave by this interface only */
  readonly outputInterface?: { readonly name: string; readonly index: number } | undefined
}

export interface FibTables {
  readonly rules: readonly Rule[]
  readonly routes: readonly Route[]
  /** tables of the VRFs that interfaces belong to, by name of the interface */
  readonly vrfTables: ReadonlyMap<string, number>
}

export type FibAnswer =
  | { readonly kind: 'route'; readonly rule: Rule; readonly route: Route }
  /** the rule itself refuses */
  | { readonly kind: 'refused'; readonly rule: Rule; readonly type: 'blackhole' | 'unreachable' | 'prohibit' }
  | { readonly kind: 'nothing' }
  /** a rule that matches cannot be followed with what is known */
  | { readonly kind: 'unknown'; readonly rule: Rule }

export function lookUp(question: FibQuestion, { rules, routes, vrfTables }: FibTables): FibAnswer {
  const candidates = rules
    .filter(({ family }) => family === question.destination.family)
    .sort((a, b) => a.priority - b.priority)
  for (const rule of candidates) {
    if (!matches(rule, question)) continue
    switch (rule.action) {
      case 'table': {
        const table = rule.vrf ? vrfTable(question, vrfTables) : rule.table
        const route =
          table === undefined ? undefined : bestRoute(routes, table, question, rule.suppressPrefixLength)
        // A route of type throw ends the look-up in its table only.
        if (route !== undefined && route.type !== 'throw') return { kind: 'route', rule, route }
        break
      }
      case 'blackhole':
      case 'unreachable':
      case 'prohibit':
        return { kind: 'refused', rule, type: rule.action }
      case 'nop':
        break
      default:
        return { kind: 'unknown', rule }
    }
  }
  return { kind: 'nothing' }
}

const vrfTable = (question: FibQuestion, tables: ReadonlyMap<string, number>): number | undefined =>
  tables.get(question.outputInterface?.name ?? question.inputInterface ?? '')

function matches(rule: Rule, question: FibQuestion): boolean {
  const { destination, source, inputInterface, outputInterface } = question
  const from =
    rule.from === undefined || (rule.from.length === 0 && rule.from.base === 0n) ? undefined : rule.from
  const fits =
    (from === undefined || (source !== undefined && prefixContains(from, source))) &&
    (rule.to === undefined || prefixContains(rule.to, destination)) &&
    (rule.inputInterface === undefined || rule.inputInterface === (inputInterface ?? 'lo')) &&
    (rule.outputInterface === undefined || rule.outputInterface === outputInterface?.name) &&
    // A packet without a mark has mark 0.
    (rule.mark === undefined || (0 & rule.mark.mask) === rule.mark.value)
  return fits !== rule.not
}

function bestRoute(
  routes: readonly Route[],
  table: number,
  { destination, outputInterface }: FibQuestion,
  suppressed: number | undefined,
): Route | undefined {
  let best: Route | undefined
  for (const route of routes) {
    if (route.table !== table || !prefixContains(route.destination, destination)) continue
    if (route.nextHops.length > 0 && !route.nextHops.some((hop) => isUsable(hop, outputInterface?.index)))
      continue
    if (best === undefined || isBetter(route, best)) best = route
  }
  return best !== undefined && suppressed !== undefined && best.destination.length <= suppressed
    ? undefined
    : best
}

const isUsable = ({ dead, interfaceIndex }: Route['nextHops'][number], wanted: number | undefined): boolean =>
  !dead && (wanted === undefined || interfaceIndex === wanted)

const isBetter = (a: Route, b: Route): boolean =>
  a.destination.length > b.destination.length ||
  (a.destination.length === b.destination.length && a.metric < b.metric)

/** `default`, `192.0.2.0/24 metric 100`, `unreachable 192.0.2.7/32` */
export function routeText({
  destination,
  type,
  metric,
}: Pick<Route, 'destination' | 'type' | 'metric'>): string {
  const isDefault = destination.length === 0
  const prefix = isDefault ? 'default' : formatPrefix(destination)
  return `${type === 'unicast' ? '' : `${type} `}${prefix}${metric === 0 ? '' : ` metric ${metric}`}`
}
