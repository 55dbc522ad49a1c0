// Cisco IOS and IOS XE, and Arista EOS, whose languages are relatives.
import type { IpFamily } from '../../net/ip.ts'
import {
  entriesOf,
  familiesOf,
  filterOf,
  type ImportFilter,
  type PlannedNeighbour,
  type RouterPlan,
} from '../plan/router-plan.ts'
import { listName, matchOf, routerIdText } from './frr.ts'
import { numberedOnly, unnumberedNote } from './numbered.ts'
import {
  bfdOf,
  comment,
  commonNotes,
  describeNeighbour,
  heading,
  neighbourKey,
  passwordText,
  pathCount,
  unwritablePasswords,
  type VendorText,
} from './vendor-text.ts'

const MARK = '!'

interface Dialect {
  readonly vendor: string
  readonly title: string
  readonly mostPaths: number
  readonly indent: string
  readonly listLines: (filter: ImportFilter, family: IpFamily) => string[]
  readonly emptyOut: (name: string, family: IpFamily) => string[]
  readonly routerId: (id: string) => string
  readonly passive: string
  readonly ttlSecurity: (hops: number) => string
  readonly bfd: (plan: RouterPlan, one: PlannedNeighbour) => string[]
  readonly gracefulRestart: readonly string[]
  readonly limit: (limit: number) => string
  /** where equal paths are counted: in each family, or once for all */
  readonly pathsIn: 'family' | 'router'
  readonly pathLines: (plan: RouterPlan, most: number) => string[]
  readonly family: (family: IpFamily) => string
  readonly endOfFamily: string
}

const IOS: Dialect = {
  vendor: 'cisco-ios',
  title: 'Cisco IOS',
  mostPaths: 32,
  indent: ' ',
  listLines: oneLineEach,
  emptyOut: (name, family) => [`${listCommand(family)} ${name} seq 5 deny ${anything(family)}`],
  routerId: (id) => `bgp router-id ${id}`,
  passive: 'transport connection-mode passive',
  ttlSecurity: (hops) => `ttl-security hops ${hops}`,
  bfd: (_, one) => [one.hops.kind === 'multihop' ? 'fall-over bfd multi-hop' : 'fall-over bfd'],
  gracefulRestart: ['ha-mode graceful-restart'],
  limit: (limit) => `maximum-prefix ${limit} 80 restart 5`,
  pathsIn: 'family',
  pathLines: ({ paths }, most) => [
    ...(paths.external > 0 ? [`maximum-paths ${pathCount(paths.external, most)}`] : []),
    ...(paths.internal > 0 ? [`maximum-paths ibgp ${pathCount(paths.internal, most)}`] : []),
  ],
  family: (family) => `address-family ipv${family}${family === 6 ? ' unicast' : ''}`,
  endOfFamily: 'exit-address-family',
}

const EOS: Dialect = {
  ...IOS,
  vendor: 'arista',
  title: 'Arista EOS',
  mostPaths: 128,
  indent: '   ',
  // An IPv6 list is a mode of its own in EOS.
  listLines: (filter, family) => {
    if (family === 4) return oneLineEach(filter, family)
    const lines = oneLineEach(filter, family).map((line) => `   ${line.replace(/^.*? (?=seq)/, '')}`)
    return [`ipv6 prefix-list ${listName(filter.name, 6)}`, ...lines]
  },
  emptyOut: (name, family) =>
    family === 4
      ? [`ip prefix-list ${name} seq 5 deny ${anything(4)}`]
      : [`ipv6 prefix-list ${name}`, `   seq 5 deny ${anything(6)}`],
  routerId: (id) => `router-id ${id}`,
  passive: 'passive',
  ttlSecurity: (hops) => `ttl maximum-hops ${hops}`,
  bfd: (plan, one) => {
    const profile = bfdOf(plan, one)
    if (profile === undefined) return ['bfd']
    const { transmitIntervalMs, receiveIntervalMs, detectMultiplier } = profile
    return [
      'bfd',
      `bfd interval ${transmitIntervalMs} min-rx ${receiveIntervalMs} multiplier ${detectMultiplier}`,
    ]
  },
  // Helping is on by default.
  gracefulRestart: [],
  limit: (limit) => `maximum-routes ${limit}`,
  pathsIn: 'router',
  pathLines: ({ paths }, most) => [`maximum-paths ${pathCount(paths.external + paths.internal, most)}`],
  family: (family) => `address-family ipv${family}`,
  endOfFamily: '!',
}

export const renderCiscoIos = (plan: RouterPlan): VendorText => render(numberedOnly(plan), IOS, plan)
export const renderArista = (plan: RouterPlan): VendorText => render(numberedOnly(plan), EOS, plan)

function render(plan: RouterPlan, dialect: Dialect, given: RouterPlan): VendorText {
  const families = familiesOf(plan)
  return {
    lines: [
      ...heading(MARK, plan, dialect.vendor),
      MARK,
      ...comment(
        MARK,
        'What the nodes may announce: the pools, in the lengths that MetalLB uses; nothing else.',
      ),
      ...plan.filters.flatMap((filter) => families.flatMap((family) => dialect.listLines(filter, family))),
      ...comment(MARK, 'What the nodes are told: nothing.'),
      ...families.flatMap((family) => dialect.emptyOut(outName(plan, family), family)),
      MARK,
      ...bfdComments(plan, dialect),
      ...routerLines(plan, dialect),
    ],
    notes: [
      ...commonNotes(plan),
      ...unnumberedNote(given, dialect.title),
      ...unwritablePasswords(plan, /[\s?]/, dialect.title, 'blanks or question marks'),
    ],
  }
}

const listCommand = (family: IpFamily): string => (family === 4 ? 'ip prefix-list' : 'ipv6 prefix-list')
const anything = (family: IpFamily): string => (family === 4 ? '0.0.0.0/0 le 32' : '::/0 le 128')
const outName = (plan: RouterPlan, family: IpFamily): string => `${plan.prefix}-out-v${family}`

function oneLineEach(filter: ImportFilter, family: IpFamily): string[] {
  const name = listName(filter.name, family)
  const entries = entriesOf(filter, family)
  if (entries.length === 0) return [`${listCommand(family)} ${name} seq 5 deny ${anything(family)}`]
  return entries.map(
    (entry, i) => `${listCommand(family)} ${name} seq ${(i + 1) * 5} permit ${matchOf(entry)}`,
  )
}

/** IOS keeps the times of BFD on the interface, and those of several hops in a template that a map refers to. */
function bfdComments(plan: RouterPlan, { vendor }: Dialect): string[] {
  if (vendor !== 'cisco-ios') return []
  return plan.bfdProfiles.flatMap(({ name, transmitIntervalMs, receiveIntervalMs, detectMultiplier }) => [
    ...comment(
      MARK,
      `BFDProfile ${name} belongs on the interface towards the nodes: bfd interval ${transmitIntervalMs} min_rx ${receiveIntervalMs} multiplier ${detectMultiplier} (over several hops: into a bfd-template multi-hop, with a bfd map).`,
    ),
    MARK,
  ])
}

function routerLines(plan: RouterPlan, dialect: Dialect): string[] {
  const { indent } = dialect
  const global = [
    ...(plan.routerId === undefined ? [] : [dialect.routerId(routerIdText(plan))]),
    ...(plan.paths.mixedAsns ? ['bgp bestpath as-path multipath-relax'] : []),
    ...(dialect.pathsIn === 'router' ? dialect.pathLines(plan, dialect.mostPaths) : []),
  ]
  return [
    `router bgp ${plan.asn}`,
    ...global.map((line) => `${indent}${line}`),
    ...plan.neighbours.flatMap((one) => neighbourLines(plan, one, dialect)),
    ...familiesOf(plan).flatMap((family) => familyLines(plan, family, dialect)),
    MARK,
  ]
}

function neighbourLines(plan: RouterPlan, one: PlannedNeighbour, dialect: Dialect): string[] {
  const password = passwordText(one)
  const words = [
    `remote-as ${one.asn}`,
    `description ${describeNeighbour(one)}`,
    // The speaker always connects; port 179 of the node may belong to the CNI's own BGP.
    dialect.passive,
    ...(password === undefined ? [] : [`password 0 ${password}`]),
    ...(one.hops.kind === 'multihop' ? [`ebgp-multihop ${one.hops.ttl}`] : []),
    ...(one.hops.kind === 'ttl-security' ? [dialect.ttlSecurity(one.hops.hops)] : []),
    ...(one.timers === undefined
      ? []
      : [`timers ${one.timers.keepaliveTimeSeconds} ${one.timers.holdTimeSeconds}`]),
    ...(one.bfd === undefined ? [] : dialect.bfd(plan, one)),
    ...(one.gracefulRestart ? dialect.gracefulRestart : []),
  ]
  const { indent } = dialect
  // EOS counts routes of the neighbour as a whole, in its own lines.
  const limit = one.families.reduce((sum, family) => sum + filterOf(plan, one).limits[family].limit, 0)
  if (dialect.vendor === 'arista' && limit > 0) words.push(dialect.limit(limit))
  return [`${indent}${MARK}`, ...words.map((word) => `${indent}neighbor ${neighbourKey(one)} ${word}`)]
}

function familyLines(plan: RouterPlan, family: IpFamily, dialect: Dialect): string[] {
  const { indent } = dialect
  const own = plan.neighbours.filter(({ families }) => families.includes(family))
  // IPv4 is active for every neighbour by itself.
  const others = family === 4 ? plan.neighbours.filter(({ families }) => !families.includes(4)) : []
  const lines = [
    ...own.flatMap((one) => policyLines(plan, one, family, dialect)),
    ...others.map((one) => `no neighbor ${neighbourKey(one)} activate`),
    ...(dialect.pathsIn === 'family' ? pathsWithReason(plan, dialect) : []),
  ]
  return [
    `${indent}${MARK}`,
    `${indent}${dialect.family(family)}`,
    ...lines.map((line) => `${indent}${indent}${line}`),
    `${indent}${dialect.endOfFamily}`,
  ]
}

const pathsWithReason = (plan: RouterPlan, dialect: Dialect): string[] => [
  ...comment(MARK, 'One path is the default: without this, one node gets all the traffic.'),
  ...dialect.pathLines(plan, dialect.mostPaths),
]

function policyLines(plan: RouterPlan, one: PlannedNeighbour, family: IpFamily, dialect: Dialect): string[] {
  const filter = filterOf(plan, one)
  const words = [
    'activate',
    `prefix-list ${listName(filter.name, family)} in`,
    `prefix-list ${outName(plan, family)} out`,
    ...(dialect.vendor === 'arista' ? [] : [dialect.limit(filter.limits[family].limit)]),
    ...(plan.advertiseDefault ? ['default-originate'] : []),
  ]
  return words.map((word) => `neighbor ${neighbourKey(one)} ${word}`)
}
