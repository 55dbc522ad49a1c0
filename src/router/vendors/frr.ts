// FRRouting, and what is FRRouting underneath: one frr.conf.
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

/** Builds of Debian and of FRR itself take at least this many. */
const MOST_PATHS = 64
const MARK = '!'

export interface FrrDialect {
  readonly vendor: string
  /** the build has no bfdd */
  readonly withoutBfd?: string
}

export function renderFrr(plan: RouterPlan, dialect: FrrDialect = { vendor: 'frr' }): VendorText {
  const wantsBfd = plan.neighbours.some(({ bfd }) => bfd !== undefined)
  const missing = wantsBfd ? dialect.withoutBfd : undefined
  return {
    lines: [
      ...heading(MARK, plan, dialect.vendor),
      MARK,
      ...filterLines(plan),
      ...(missing === undefined ? bfdLines(plan) : [...comment(MARK, missing), MARK]),
      ...routerLines(plan, missing === undefined),
    ],
    notes: [
      ...commonNotes(plan),
      ...unwritablePasswords(plan, /\s/, 'FRR', 'blanks'),
      ...(missing === undefined ? [] : [missing]),
    ],
  }
}

export const listName = (filter: string, family: IpFamily): string => `${filter}-v${family}`
const outName = (plan: RouterPlan, family: IpFamily): string => `${plan.prefix}-out-v${family}`
const anyPrefix = (family: IpFamily): string => (family === 4 ? '0.0.0.0/0 le 32' : '::/0 le 128')

/** `198.51.100.0/24 ge 32 le 32`; `ge` has to be longer than the prefix, and without it the length is exact. */
export const matchOf = ({ within, length }: FilterEntry): string =>
  within.length === length ? formatPrefix(within) : `${formatPrefix(within)} ge ${length} le ${length}`

function filterLines(plan: RouterPlan): string[] {
  const families = familiesOf(plan)
  const lists = plan.filters.flatMap((filter) => families.flatMap((family) => listLines(filter, family)))
  const out = families.map((family) => `${command(family)} ${outName(plan, family)} seq 5 deny any`)
  return [
    ...comment(
      MARK,
      'What the nodes may announce: the pools, in the lengths that MetalLB uses; nothing else.',
    ),
    ...lists,
    ...comment(MARK, 'What the nodes are told: nothing.'),
    ...out,
    MARK,
  ]
}

const command = (family: IpFamily): string => (family === 4 ? 'ip prefix-list' : 'ipv6 prefix-list')

function listLines(filter: ImportFilter, family: IpFamily): string[] {
  const name = listName(filter.name, family)
  const entries = entriesOf(filter, family)
  // A list without entries would not exist, and what FRR does then is not what was meant.
  if (entries.length === 0) return [`${command(family)} ${name} seq 5 deny ${anyPrefix(family)}`]
  return entries.map((entry, i) => `${command(family)} ${name} seq ${(i + 1) * 5} permit ${matchOf(entry)}`)
}

function bfdLines(plan: RouterPlan): string[] {
  if (plan.bfdProfiles.length === 0) return []
  return [
    ...comment(MARK, 'Both sides need BFD: set bfdd=yes in /etc/frr/daemons.'),
    'bfd',
    ...plan.bfdProfiles.flatMap((profile) => [
      ` profile ${plan.prefix}-${profile.name}`,
      `  detect-multiplier ${profile.detectMultiplier}`,
      `  receive-interval ${profile.receiveIntervalMs}`,
      `  transmit-interval ${profile.transmitIntervalMs}`,
      ' exit',
      ` ${MARK}`,
    ]),
    'exit',
    MARK,
  ]
}

function routerLines(plan: RouterPlan, withBfd: boolean): string[] {
  return [
    `router bgp ${plan.asn}`,
    ...(plan.routerId === undefined ? [] : [` bgp router-id ${routerIdText(plan)}`]),
    ...(plan.paths.mixedAsns
      ? [
          ...comment(MARK, 'The nodes are in different ASes; without this their paths are not equal.', ' '),
          ' bgp bestpath as-path multipath-relax',
        ]
      : []),
    ...plan.neighbours.flatMap((one) => neighbourLines(plan, one, withBfd)),
    ...familiesOf(plan).flatMap((family) => familyLines(plan, family)),
    'exit',
  ]
}

export const routerIdText = ({ routerId }: RouterPlan): string => {
  const value = Number(routerId?.value ?? 0n)
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.')
}

function neighbourLines(plan: RouterPlan, one: PlannedNeighbour, withBfd: boolean): string[] {
  const key = neighbourKey(one)
  const password = passwordText(one)
  const say = (words: string): string => ` neighbor ${key} ${words}`
  return [
    ` ${MARK}`,
    say(one.address === undefined ? `interface remote-as ${one.asn}` : `remote-as ${one.asn}`),
    say(`description ${describeNeighbour(one)}`),
    // The speaker always connects; port 179 of the node may belong to the CNI's own BGP.
    say('passive'),
    ...(password === undefined ? [] : [say(`password ${password}`)]),
    ...(one.hops.kind === 'multihop' ? [say(`ebgp-multihop ${one.hops.ttl}`)] : []),
    ...(one.hops.kind === 'ttl-security' ? [say(`ttl-security hops ${one.hops.hops}`)] : []),
    ...(one.timers === undefined
      ? []
      : [say(`timers ${one.timers.keepaliveTimeSeconds} ${one.timers.holdTimeSeconds}`)]),
    ...(one.bfd === undefined || !withBfd ? [] : [say(bfdWords(plan, one))]),
    ...(one.gracefulRestart ? [say('graceful-restart-helper')] : []),
  ]
}

const bfdWords = (plan: RouterPlan, one: PlannedNeighbour): string => {
  const profile = bfdOf(plan, one)
  return profile === undefined ? 'bfd' : `bfd profile ${plan.prefix}-${profile.name}`
}

function familyLines(plan: RouterPlan, family: IpFamily): string[] {
  const own = plan.neighbours.filter(({ families }) => families.includes(family))
  // FRR activates IPv4 for every neighbour by itself.
  const others = family === 4 ? plan.neighbours.filter(({ families }) => !families.includes(4)) : []
  return [
    ` ${MARK}`,
    ` address-family ipv${family} unicast`,
    ...comment(
      MARK,
      'FRR refuses routes of eBGP neighbours without a policy, so both directions have one.',
      '  ',
    ),
    ...own.flatMap((one) => policyLines(plan, one, family)),
    ...others.map((one) => `  no neighbor ${neighbourKey(one)} activate`),
    ...comment(MARK, 'Equal paths: traffic is spread over the nodes.', '  '),
    ...pathLines(plan),
    ' exit-address-family',
  ]
}

export function pathLines({ paths }: RouterPlan, most = MOST_PATHS): string[] {
  return [
    ...(paths.external > 0 ? [`  maximum-paths ${pathCount(paths.external, most)}`] : []),
    ...(paths.internal > 0 ? [`  maximum-paths ibgp ${pathCount(paths.internal, most)}`] : []),
  ]
}

function policyLines(plan: RouterPlan, one: PlannedNeighbour, family: IpFamily): string[] {
  const filter = filterOf(plan, one)
  const say = (words: string): string => `  neighbor ${neighbourKey(one)} ${words}`
  return [
    say('activate'),
    say(`prefix-list ${listName(filter.name, family)} in`),
    say(`maximum-prefix ${filter.limits[family].limit} 80 restart 5`),
    say(`prefix-list ${outName(plan, family)} out`),
    ...(plan.advertiseDefault ? [say('default-originate')] : []),
  ]
}
