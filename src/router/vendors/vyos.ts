// VyOS 1.4 and later: commands of the configuration mode. FRR underneath, with other defaults.
import type { IpFamily } from '../../net/ip.ts'
import { formatPrefix } from '../../net/prefix.ts'
import {
  entriesOf,
  familiesOf,
  filterOf,
  type ImportFilter,
  type PlannedNeighbour,
  type RouterPlan,
} from '../plan/router-plan.ts'
import { listName, routerIdText } from './frr.ts'
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

const MARK = '#'
const MOST_PATHS = 64

export function renderVyos(plan: RouterPlan): VendorText {
  const families = familiesOf(plan)
  return {
    lines: [
      ...heading(MARK, plan, 'vyos'),
      ...comment(MARK, 'In configuration mode; then commit and save.'),
      ...plan.filters.flatMap((filter) => families.flatMap((family) => listLines(filter, family))),
      ...families.flatMap((family) => denyLines(outName(plan, family), family)),
      ...bfdLines(plan),
      `set protocols bgp system-as '${plan.asn}'`,
      ...(plan.routerId === undefined
        ? []
        : [`set protocols bgp parameters router-id '${routerIdText(plan)}'`]),
      ...(plan.paths.mixedAsns ? ['set protocols bgp parameters bestpath as-path multipath-relax'] : []),
      ...families.flatMap((family) => pathLines(plan, family)),
      ...plan.neighbours.flatMap((one) => neighbourLines(plan, one)),
    ],
    notes: [...commonNotes(plan), ...unwritablePasswords(plan, /[\s']/, 'VyOS', 'blanks or single quotes')],
  }
}

const policy = (family: IpFamily): string => (family === 4 ? 'prefix-list' : 'prefix-list6')
const outName = (plan: RouterPlan, family: IpFamily): string => `${plan.prefix}-out-v${family}`

function listLines(filter: ImportFilter, family: IpFamily): string[] {
  const name = listName(filter.name, family)
  const entries = entriesOf(filter, family)
  if (entries.length === 0) return denyLines(name, family)
  return entries.flatMap(({ within, length }, i) => {
    const rule = `set policy ${policy(family)} ${name} rule ${(i + 1) * 5}`
    return [
      `${rule} action 'permit'`,
      `${rule} prefix '${formatPrefix(within)}'`,
      ...(within.length === length ? [] : [`${rule} ge '${length}'`, `${rule} le '${length}'`]),
    ]
  })
}

function denyLines(name: string, family: IpFamily): string[] {
  const rule = `set policy ${policy(family)} ${name} rule 5`
  return [
    `${rule} action 'deny'`,
    `${rule} prefix '${family === 4 ? '0.0.0.0/0' : '::/0'}'`,
    `${rule} le '${family === 4 ? 32 : 128}'`,
  ]
}

const bfdLines = (plan: RouterPlan): string[] =>
  plan.bfdProfiles.flatMap((profile) => {
    const set = `set protocols bfd profile ${plan.prefix}-${profile.name} interval`
    return [
      `${set} multiplier '${profile.detectMultiplier}'`,
      `${set} receive '${profile.receiveIntervalMs}'`,
      `${set} transmit '${profile.transmitIntervalMs}'`,
    ]
  })

function pathLines({ paths }: RouterPlan, family: IpFamily): string[] {
  const set = `set protocols bgp address-family ipv${family}-unicast maximum-paths`
  return [
    ...(paths.external > 0 ? [`${set} ebgp '${pathCount(paths.external, MOST_PATHS)}'`] : []),
    ...(paths.internal > 0 ? [`${set} ibgp '${pathCount(paths.internal, MOST_PATHS)}'`] : []),
  ]
}

function neighbourLines(plan: RouterPlan, one: PlannedNeighbour): string[] {
  const password = passwordText(one)
  const profile = bfdOf(plan, one)
  const settings = [
    ...(one.address === undefined ? [`interface v6only remote-as '${one.asn}'`] : [`remote-as '${one.asn}'`]),
    `description '${describeNeighbour(one)}'`,
    // The speaker always connects; port 179 of the node may belong to the CNI's own BGP.
    'passive',
    ...(password === undefined ? [] : [`password '${password}'`]),
    ...(one.hops.kind === 'multihop' ? [`ebgp-multihop '${one.hops.ttl}'`] : []),
    ...(one.hops.kind === 'ttl-security' ? [`ttl-security hops '${one.hops.hops}'`] : []),
    ...(one.timers === undefined
      ? []
      : [
          `timers holdtime '${one.timers.holdTimeSeconds}'`,
          `timers keepalive '${one.timers.keepaliveTimeSeconds}'`,
        ]),
    ...(one.bfd === undefined
      ? []
      : [profile === undefined ? 'bfd' : `bfd profile '${plan.prefix}-${profile.name}'`]),
    ...(one.gracefulRestart ? ['graceful-restart restart-helper'] : []),
    ...one.families.flatMap((family) => familySettings(plan, one, family)),
  ]
  return settings.map((setting) => `set protocols bgp neighbor ${neighbourKey(one)} ${setting}`)
}

function familySettings(plan: RouterPlan, one: PlannedNeighbour, family: IpFamily): string[] {
  const filter = filterOf(plan, one)
  const of = `address-family ipv${family}-unicast`
  return [
    `${of} prefix-list import '${listName(filter.name, family)}'`,
    `${of} maximum-prefix '${filter.limits[family].limit}'`,
    `${of} prefix-list export '${outName(plan, family)}'`,
    ...(plan.advertiseDefault ? [`${of} default-originate`] : []),
  ]
}
