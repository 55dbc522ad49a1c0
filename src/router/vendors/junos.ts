// Juniper Junos, as text for `load merge terminal`: the form in which comments are part of the language.
import type { IpFamily } from '../../net/ip.ts'
import { formatPrefix } from '../../net/prefix.ts'
import {
  entriesOf,
  type FilterEntry,
  familiesOf,
  filterOf,
  type ImportFilter,
  type PlannedNeighbour,
  type RouterPlan,
} from '../plan/router-plan.ts'
import { routerIdText } from './frr.ts'
import { numberedOnly, unnumberedNote } from './numbered.ts'
import {
  bfdOf,
  comment,
  commonNotes,
  describeNeighbour,
  heading,
  neighbourKey,
  passwordText,
  unwritablePasswords,
  type VendorText,
} from './vendor-text.ts'

const MARK = '#'

export function renderJunos(given: RouterPlan): VendorText {
  const plan = numberedOnly(given)
  return {
    lines: [
      ...heading(MARK, plan, 'junos'),
      ...comment(MARK, 'In configuration mode: load merge terminal, then this text, then commit confirmed.'),
      ...block('policy-options', [
        ...plan.filters.flatMap((filter) => importPolicy(plan, filter)),
        ...exportPolicy(plan),
        ...comment(
          MARK,
          'Per flow, in spite of the name: what makes the forwarding table use several paths.',
        ),
        ...block(`policy-statement ${plan.prefix}-balance`, ['then {', '    load-balance per-packet;', '}']),
      ]),
      ...block('routing-options', [
        ...(plan.routerId === undefined ? [] : [`router-id ${routerIdText(plan)};`]),
        `autonomous-system ${plan.asn};`,
        ...block('forwarding-table', [`export ${plan.prefix}-balance;`]),
      ]),
      ...block('protocols', block('bgp', [...groupOf(plan, false), ...groupOf(plan, true)])),
    ],
    notes: [
      ...commonNotes(plan),
      ...unnumberedNote(given, 'Junos'),
      ...unwritablePasswords(plan, /["\\]/, 'Junos', 'double quotes or backslashes'),
      ...(plan.neighbours.some(({ hops }) => hops.kind === 'ttl-security')
        ? ['Junos checks TTLs in a firewall filter (from ttl-except 255), which is not written here.']
        : []),
      ...(plan.advertiseDefault
        ? ['Junos announces only routes that it has: 0.0.0.0/0 or ::/0 must be in its table.']
        : []),
    ],
  }
}

const INDENT = '    '
const block = (head: string, body: readonly string[]): string[] =>
  body.length === 0 ? [] : [`${head} {`, ...body.map((line) => `${INDENT}${line}`), '}']

/**
 * A term of its own for each: in one term, Junos asks only the route filter with the longest prefix that holds the route, and a
 * small block would hide the larger one around it.
 */
function importPolicy(plan: RouterPlan, filter: ImportFilter): string[] {
  const terms = familiesOf(plan).flatMap((family) =>
    entriesOf(filter, family).flatMap((entry, i) =>
      block(`term v${family}-${i + 1}`, [...block('from', [routeFilter(entry)]), 'then accept;']),
    ),
  )
  return [
    ...comment(
      MARK,
      'What the nodes may announce: the pools, in the lengths that MetalLB uses. Junos accepts everything else without the last line.',
    ),
    ...block(`policy-statement ${filter.name}-in`, [...terms, 'then reject;']),
  ]
}

const routeFilter = ({ within, length }: FilterEntry): string =>
  within.length === length
    ? `route-filter ${formatPrefix(within)} exact;`
    : `route-filter ${formatPrefix(within)} prefix-length-range /${length}-/${length};`

function exportPolicy(plan: RouterPlan): string[] {
  const anyRoute = (family: IpFamily): string => (family === 4 ? '0.0.0.0/0' : '::/0')
  const terms = plan.advertiseDefault
    ? familiesOf(plan).flatMap((family) =>
        block(`term v${family}`, [
          ...block('from', [`route-filter ${anyRoute(family)} exact;`]),
          'then accept;',
        ]),
      )
    : []
  return block(`policy-statement ${plan.prefix}-out`, [...terms, 'then reject;'])
}

/** Junos has the type of a session on the group, so there are two where the nodes are of both types. */
function groupOf(plan: RouterPlan, internal: boolean): string[] {
  const members = plan.neighbours.filter((one) => one.internal === internal)
  return block(`group ${plan.prefix}${internal ? '-internal' : ''}`, [
    ...(members.length === 0 ? [] : [`type ${internal ? 'internal' : 'external'};`]),
    ...(members.length === 0 ? [] : multipath(plan)),
    ...members.flatMap((one) => block(`neighbor ${neighbourKey(one)}`, neighbourLines(plan, one))),
  ])
}

const multipath = ({ paths }: RouterPlan): string[] =>
  paths.mixedAsns ? block('multipath', ['multiple-as;']) : ['multipath;']

function neighbourLines(plan: RouterPlan, one: PlannedNeighbour): string[] {
  const password = passwordText(one)
  return [
    `description "${describeNeighbour(one)}";`,
    // The speaker always connects; port 179 of the node may belong to the CNI's own BGP.
    'passive;',
    ...(one.internal ? [] : [`peer-as ${one.asn};`]),
    ...(password === undefined ? [] : [`authentication-key "${password}";`]),
    ...(one.hops.kind === 'multihop' ? block('multihop', [`ttl ${one.hops.ttl};`]) : []),
    // Keepalives follow from the hold time: a third of it.
    ...(one.timers === undefined ? [] : [`hold-time ${one.timers.holdTimeSeconds};`]),
    ...bfdLines(plan, one),
    ...one.families.flatMap((family) => familyLines(plan, one, family)),
    `import ${one.filter}-in;`,
    `export ${plan.prefix}-out;`,
  ]
}

function bfdLines(plan: RouterPlan, one: PlannedNeighbour): string[] {
  const profile = bfdOf(plan, one)
  if (one.bfd === undefined) return []
  if (profile === undefined) return block('bfd-liveness-detection', ['minimum-interval 300;'])
  return block('bfd-liveness-detection', [
    `minimum-receive-interval ${profile.receiveIntervalMs};`,
    `multiplier ${profile.detectMultiplier};`,
    ...block('transmit-interval', [`minimum-interval ${profile.transmitIntervalMs};`]),
  ])
}

function familyLines(plan: RouterPlan, one: PlannedNeighbour, family: IpFamily): string[] {
  const limit = filterOf(plan, one)?.limits[family].limit
  const body = block('unicast', block('prefix-limit', [`maximum ${limit};`, 'teardown 80 idle-timeout 5;']))
  return block(family === 4 ? 'family inet' : 'family inet6', body)
}
