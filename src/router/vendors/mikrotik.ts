// MikroTik RouterOS, whose versions 6 and 7 have different BGP menus and filters.
import { formatIp } from '../../net/ip.ts'
import { formatPrefix } from '../../net/prefix.ts'
import {
  type FilterEntry,
  filterOf,
  type ImportFilter,
  type PlannedNeighbour,
  type RouterPlan,
} from '../plan/router-plan.ts'
import { routerIdText } from './frr.ts'
import { neighbourNames } from './names.ts'
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
  type VendorText,
} from './vendor-text.ts'

const MARK = '#'
const MOST_PATHS = 64

/** Strings of the RouterOS language: `"`, `\`, `$` and `?` mean something inside of them. */
const quoted = (text: string): string => `"${text.replaceAll(/["\\$?]/g, '\\$&')}"`
const words = (...parts: readonly (string | false)[]): string =>
  parts.filter((part) => part !== false).join(' ')
const addressFamilies = (one: PlannedNeighbour): string =>
  one.families.map((family) => (family === 4 ? 'ip' : 'ipv6')).join(',')

export function renderMikrotik7(given: RouterPlan): VendorText {
  const plan = numberedOnly(given)
  const names = neighbourNames(plan, '-')
  return {
    lines: [
      ...heading(MARK, plan, 'mikrotik7'),
      ...comment(
        MARK,
        'For RouterOS 7.20 and later. Before, there are no instances: leave that line and instance= out, and write as= and address-families= instead of afi= in each connection.',
      ),
      '',
      '/routing/filter/rule',
      ...comment(MARK, 'A chain that ends without a decision rejects the route.'),
      ...plan.filters.flatMap(rules7),
      `add chain=${plan.prefix}-out rule="reject"`,
      '',
      '/routing/bgp/instance',
      words(
        `add name=${plan.prefix} as=${plan.asn}`,
        plan.routerId !== undefined && `router-id=${routerIdText(plan)}`,
        // Without it, one node gets all the traffic.
        `multipath=${pathCount(plan.paths.external + plan.paths.internal, MOST_PATHS)}`,
      ),
      '',
      ...bfd7(plan),
      '/routing/bgp/connection',
      ...plan.neighbours.map((one) => connection7(plan, one, names.get(one) ?? '')),
    ],
    notes: [
      ...commonNotes(plan),
      ...unnumberedNote(given, 'RouterOS'),
      'RouterOS before 7.20 has no multipath for BGP: one node gets all the traffic of an address.',
      ...(plan.neighbours.some(({ gracefulRestart }) => gracefulRestart)
        ? ['RouterOS has no setting for graceful restart of a neighbour.']
        : []),
    ],
  }
}

function rules7(filter: ImportFilter): string[] {
  const rule = ({ within, length }: FilterEntry): string =>
    within.length === length
      ? `dst == ${formatPrefix(within)}`
      : `dst in ${formatPrefix(within)} && dst-len == ${length}`
  return [
    ...filter.entries.map((entry) => `add chain=${filter.name}-in rule="if (${rule(entry)}) { accept }"`),
    `add chain=${filter.name}-in rule="reject"`,
  ]
}

function bfd7(plan: RouterPlan): string[] {
  const lines = plan.neighbours.flatMap((one) => {
    const profile = bfdOf(plan, one)
    if (profile === undefined || one.address === undefined) return []
    return [
      words(
        `add addresses=${formatIp(one.address)}/${one.address.family === 4 ? 32 : 128}`,
        `min-rx=${profile.receiveIntervalMs}ms min-tx=${profile.transmitIntervalMs}ms`,
        `multiplier=${profile.detectMultiplier}`,
      ),
    ]
  })
  return lines.length === 0 ? [] : ['/routing/bfd/configuration', ...lines, '']
}

function connection7(plan: RouterPlan, one: PlannedNeighbour, name: string): string {
  const password = passwordText(one)
  const filter = filterOf(plan, one)
  const limits = one.families.map(
    (family) => ` .limit-process-routes-ipv${family}=${filter.limits[family].limit}`,
  )
  return words(
    `add name=${name} comment=${quoted(describeNeighbour(one))} instance=${plan.prefix}`,
    `local.role=${one.internal ? 'ibgp' : 'ebgp'}`,
    `remote.address=${neighbourKey(one)} .as=${one.asn}`,
    // The speaker always connects; port 179 of the node may belong to the CNI's own BGP.
    'connect=no listen=yes',
    `afi=${addressFamilies(one)}`,
    // Without it, a next hop outside of the router's own network is refused.
    one.hops.kind === 'multihop' && 'multihop=yes',
    one.hops.kind === 'ttl-security' && `remote.ttl=${256 - one.hops.hops} local.ttl=255`,
    password !== undefined && `tcp-md5-key=${quoted(password)}`,
    one.timers !== undefined &&
      `hold-time=${one.timers.holdTimeSeconds}s keepalive-time=${one.timers.keepaliveTimeSeconds}s`,
    one.bfd !== undefined && 'use-bfd=yes',
    `input.filter=${filter.name}-in${limits.join('')}`,
    `output.filter-chain=${plan.prefix}-out`,
    plan.advertiseDefault && 'output.default-originate=always',
  )
}

export function renderMikrotik6(given: RouterPlan): VendorText {
  const plan = numberedOnly(given)
  const names = neighbourNames(plan, '-')
  return {
    lines: [
      ...heading(MARK, plan, 'mikrotik6'),
      '',
      '/routing filter',
      ...comment(MARK, 'A chain that ends without a decision accepts the route, so each ends with discard.'),
      ...plan.filters.flatMap(rules6),
      `add chain=${plan.prefix}-out action=discard`,
      '',
      '/routing bgp instance',
      ...comment(MARK, 'If the default instance has another AS number, add one of your own instead.'),
      words(`set default as=${plan.asn}`, plan.routerId !== undefined && `router-id=${routerIdText(plan)}`),
      '',
      '/routing bgp peer',
      ...plan.neighbours.map((one) => peer6(plan, one, names.get(one) ?? '')),
    ],
    notes: [
      ...commonNotes(plan),
      ...unnumberedNote(given, 'RouterOS'),
      'RouterOS 6 installs one path per prefix: one node gets all the traffic of an address.',
      ...(plan.bfdProfiles.length === 0
        ? []
        : [
            'RouterOS 6 keeps the times of BFD in /routing bfd interface, for the interface towards the nodes.',
          ]),
      ...(plan.neighbours.some(({ gracefulRestart }) => gracefulRestart)
        ? ['RouterOS has no setting for graceful restart of a neighbour.']
        : []),
      ...(plan.neighbours.some(({ hops }) => hops.kind === 'ttl-security')
        ? ['RouterOS 6 cannot refuse segments by their TTL: TTL security is left out.']
        : []),
    ],
  }
}

function rules6(filter: ImportFilter): string[] {
  return [
    ...filter.entries.map(
      ({ within, length }) =>
        `add chain=${filter.name}-in prefix=${formatPrefix(within)} prefix-length=${length} action=accept`,
    ),
    `add chain=${filter.name}-in action=discard`,
  ]
}

function peer6(plan: RouterPlan, one: PlannedNeighbour, name: string): string {
  const password = passwordText(one)
  const filter = filterOf(plan, one)
  // The limit counts the prefixes of both families together.
  const limit = one.families.reduce((sum, family) => sum + filter.limits[family].limit, 0)
  return words(
    `add name=${name} comment=${quoted(describeNeighbour(one))} instance=default`,
    `remote-address=${neighbourKey(one)} remote-as=${one.asn}`,
    'passive=yes',
    `address-families=${addressFamilies(one)}`,
    one.hops.kind === 'multihop' && 'multihop=yes',
    password !== undefined && `tcp-md5-key=${quoted(password)}`,
    one.timers !== undefined &&
      `hold-time=${one.timers.holdTimeSeconds}s keepalive-time=${one.timers.keepaliveTimeSeconds}s`,
    one.bfd !== undefined && 'use-bfd=yes',
    `in-filter=${filter.name}-in`,
    `out-filter=${plan.prefix}-out`,
    limit > 0 && `max-prefix-limit=${limit} max-prefix-restart-time=5m`,
    plan.advertiseDefault && 'default-originate=always',
  )
}
