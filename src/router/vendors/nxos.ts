// Cisco NX-OS: neighbours are blocks, and families blocks inside of them.
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
const MOST_PATHS = 64

export function renderNxos(given: RouterPlan): VendorText {
  const plan = numberedOnly(given)
  const families = familiesOf(plan)
  const withBfd = plan.neighbours.some(({ bfd }) => bfd !== undefined)
  return {
    lines: [
      ...heading(MARK, plan, 'nxos'),
      MARK,
      'feature bgp',
      ...(withBfd ? ['feature bfd'] : []),
      MARK,
      ...comment(
        MARK,
        'What the nodes may announce: the pools, in the lengths that MetalLB uses; nothing else.',
      ),
      ...plan.filters.flatMap((filter) => families.flatMap((family) => listLines(filter, family))),
      ...comment(MARK, 'What the nodes are told: nothing.'),
      ...families.map(
        (family) => `${command(family)} ${outName(plan, family)} seq 5 deny ${anything(family)}`,
      ),
      MARK,
      ...plan.bfdProfiles.flatMap(({ name, transmitIntervalMs, receiveIntervalMs, detectMultiplier }) => [
        ...comment(
          MARK,
          `BFDProfile ${name} belongs on the interface towards the nodes: bfd interval ${transmitIntervalMs} min_rx ${receiveIntervalMs} multiplier ${detectMultiplier}.`,
        ),
        MARK,
      ]),
      ...routerLines(plan),
    ],
    notes: [
      ...commonNotes(plan),
      ...unnumberedNote(given, 'Cisco NX-OS'),
      ...unwritablePasswords(plan, /[\s?]/, 'NX-OS', 'blanks or question marks'),
    ],
  }
}

const command = (family: IpFamily): string => (family === 4 ? 'ip prefix-list' : 'ipv6 prefix-list')
const anything = (family: IpFamily): string => (family === 4 ? '0.0.0.0/0 le 32' : '::/0 le 128')
const outName = (plan: RouterPlan, family: IpFamily): string => `${plan.prefix}-out-v${family}`

function listLines(filter: ImportFilter, family: IpFamily): string[] {
  const name = listName(filter.name, family)
  const entries = entriesOf(filter, family)
  if (entries.length === 0) return [`${command(family)} ${name} seq 5 deny ${anything(family)}`]
  return entries.map((entry, i) => `${command(family)} ${name} seq ${(i + 1) * 5} permit ${matchOf(entry)}`)
}

function routerLines(plan: RouterPlan): string[] {
  const { paths } = plan
  return [
    `router bgp ${plan.asn}`,
    ...(plan.routerId === undefined ? [] : [`  router-id ${routerIdText(plan)}`]),
    ...(paths.mixedAsns ? ['  bestpath as-path multipath-relax'] : []),
    ...(plan.neighbours.some(({ gracefulRestart }) => gracefulRestart) ? ['  graceful-restart-helper'] : []),
    ...familiesOf(plan).flatMap((family) => [
      `  address-family ipv${family} unicast`,
      ...comment(MARK, 'One path is the default: without this, one node gets all the traffic.', '    '),
      ...(paths.external > 0 ? [`    maximum-paths ${pathCount(paths.external, MOST_PATHS)}`] : []),
      ...(paths.internal > 0 ? [`    maximum-paths ibgp ${pathCount(paths.internal, MOST_PATHS)}`] : []),
    ]),
    ...plan.neighbours.flatMap((one) => neighbourLines(plan, one)),
  ]
}

function neighbourLines(plan: RouterPlan, one: PlannedNeighbour): string[] {
  const password = passwordText(one)
  return [
    `  neighbor ${neighbourKey(one)}`,
    `    remote-as ${one.asn}`,
    `    description ${describeNeighbour(one)}`,
    // The speaker always connects; port 179 of the node may belong to the CNI's own BGP.
    '    transport connection-mode passive',
    ...(password === undefined ? [] : [`    password 0 ${password}`]),
    ...(one.hops.kind === 'multihop' ? [`    ebgp-multihop ${one.hops.ttl}`] : []),
    ...(one.hops.kind === 'ttl-security' ? [`    ttl-security hops ${one.hops.hops}`] : []),
    ...(one.timers === undefined
      ? []
      : [`    timers ${one.timers.keepaliveTimeSeconds} ${one.timers.holdTimeSeconds}`]),
    ...(one.bfd === undefined ? [] : [one.hops.kind === 'multihop' ? '    bfd multihop' : '    bfd']),
    // Without a family, the session is not even tried.
    ...one.families.flatMap((family) => familyLines(plan, one, family)),
  ]
}

function familyLines(plan: RouterPlan, one: PlannedNeighbour, family: IpFamily): string[] {
  const filter = filterOf(plan, one)
  return [
    `    address-family ipv${family} unicast`,
    `      prefix-list ${listName(filter.name, family)} in`,
    `      prefix-list ${outName(plan, family)} out`,
    `      maximum-prefix ${filter.limits[family].limit} 80 restart 5`,
    ...(plan.advertiseDefault ? ['      default-originate'] : []),
  ]
}
