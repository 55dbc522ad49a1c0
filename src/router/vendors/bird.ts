// BIRD 2: one bird.conf.
import { formatIp, type IpFamily } from '../../net/ip.ts'
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
import { neighbourNames, wordsOf } from './names.ts'
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
const MOST_PATHS = 255

export function renderBird(plan: RouterPlan, vendor = 'bird'): VendorText {
  const names = neighbourNames(plan, '_')
  return {
    lines: [
      ...heading(MARK, plan, vendor),
      '',
      ...routerIdLines(plan),
      ...comment(MARK, 'What the nodes may announce: the pools, in the lengths that MetalLB uses.'),
      ...plan.filters.flatMap((filter) => familiesOf(plan).flatMap((family) => filterLines(filter, family))),
      ...ownProtocols(plan),
      ...plan.neighbours.flatMap((one) => neighbourLines(plan, one, names.get(one) ?? '')),
    ],
    notes: [...commonNotes(plan), ...notesOn(plan)],
  }
}

function notesOn(plan: RouterPlan): string[] {
  const notes = unwritablePasswords(plan, /"/, 'BIRD', 'double quotes')
  if (plan.advertiseDefault)
    notes.push('BIRD announces only routes that it has: 0.0.0.0/0 or ::/0 must be in its tables.')
  return notes
}

function routerIdLines(plan: RouterPlan): string[] {
  if (plan.routerId !== undefined) return [`router id ${formatIp(plan.routerId)};`, '']
  if (plan.addresses.some(({ family }) => family === 4)) return []
  return [
    ...comment(MARK, 'A router without an IPv4 address needs: router id 192.0.2.1; (any number of its own)'),
    '',
  ]
}

export const filterName = (filter: string, family: IpFamily): string => wordsOf(`${filter}-v${family}`, '_')

/** `198.51.100.0/24{32,32}`: lengths from 32 to 32 inside of it. */
const patternOf = ({ within, length }: FilterEntry): string =>
  within.length === length ? formatPrefix(within) : `${formatPrefix(within)}{${length},${length}}`

function filterLines(filter: ImportFilter, family: IpFamily): string[] {
  const patterns = entriesOf(filter, family).map(patternOf)
  const test =
    patterns.length === 0
      ? []
      : [`  if net ~ [`, ...patterns.map((one, i) => `    ${one}${comma(i, patterns)}`), '  ] then accept;']
  return [`filter ${filterName(filter.name, family)} {`, ...test, '  reject;', '}', '']
}

const comma = (index: number, all: readonly unknown[]): string => (index < all.length - 1 ? ',' : '')

/** There can be one of each; whoever has them already adds the lines that matter to his own. */
function ownProtocols(plan: RouterPlan): string[] {
  const paths = pathCount(plan.paths.external + plan.paths.internal, MOST_PATHS)
  return [
    ...comment(
      MARK,
      'These protocols exist once in a bird.conf. Where they stand already, keep yours, and add "merge paths" to the kernel protocols: without it, one node gets all the traffic.',
    ),
    'protocol device {}',
    ...(plan.neighbours.some((one) => one.internal || one.hops.kind !== 'any')
      ? [
          ...comment(
            MARK,
            'Next hops of sessions that may pass several hops are looked up in the tables of BIRD, which do not know the networks of its interfaces without this.',
          ),
          'protocol direct { ipv4; ipv6; }',
        ]
      : []),
    ...(plan.neighbours.some(({ bfd }) => bfd !== undefined) ? ['protocol bfd {}'] : []),
    ...advertisements(plan),
    ...familiesOf(plan).flatMap((family) => [
      `protocol kernel ${wordsOf(`${plan.prefix}-kernel-v${family}`, '_')} {`,
      `  merge paths on limit ${paths};`,
      `  ipv${family} { import none; export where source = RTS_BGP; };`,
      '}',
    ]),
    '',
  ]
}

/** Nodes find a router without an address by its router advertisements. A lifetime of 0: it is no default router for them. */
function advertisements(plan: RouterPlan): string[] {
  const links = plan.neighbours.filter(({ address }) => address === undefined).map(neighbourKey)
  if (links.length === 0) return []
  return [
    ...comment(MARK, 'The nodes find the router by its router advertisements.'),
    `protocol radv ${wordsOf(`${plan.prefix}-radv`, '_')} {`,
    ...links.map(
      (link) => `  interface "${link}" { min ra interval 3; max ra interval 10; default lifetime 0; };`,
    ),
    '}',
  ]
}

function neighbourLines(plan: RouterPlan, one: PlannedNeighbour, name: string): string[] {
  const password = passwordText(one)
  return [
    `protocol bgp ${name} {`,
    `  description "${describeNeighbour(one)}";`,
    `  local ${one.routerAddress === undefined ? '' : `${formatIp(one.routerAddress)} `}as ${plan.asn};`,
    `  neighbor ${remoteOf(one)} as ${one.asn};`,
    // The default depends on the AS numbers (direct for eBGP, multihop for iBGP), so it is written out.
    ...hopLines(one),
    // The speaker always connects; port 179 of the node may belong to the CNI's own BGP.
    '  passive on;',
    ...(plan.port === 179 ? [] : [`  local port ${plan.port};`]),
    ...(password === undefined ? [] : [`  password "${password}";`]),
    ...(one.timers === undefined
      ? []
      : [
          `  hold time ${one.timers.holdTimeSeconds};`,
          ...(one.timers.keepaliveTimeSeconds === 0
            ? []
            : [`  keepalive time ${one.timers.keepaliveTimeSeconds};`]),
        ]),
    ...bfdLines(plan, one),
    ...(one.gracefulRestart ? ['  graceful restart aware;'] : []),
    ...one.families.flatMap((family) => channelLines(plan, one, family)),
    '}',
    '',
  ]
}

const remoteOf = (one: PlannedNeighbour): string =>
  one.address === undefined ? 'range fe80::/10' : formatIp(one.address)

function hopLines(one: PlannedNeighbour): string[] {
  if (one.address === undefined) return [`  interface "${neighbourKey(one)}";`, '  direct;']
  if (one.hops.kind === 'multihop') return [`  multihop ${one.hops.ttl};`]
  if (one.hops.kind === 'ttl-security')
    return [one.hops.hops === 1 ? '  direct;' : `  multihop ${one.hops.hops};`, '  ttl security on;']
  return [one.internal ? '  multihop;' : '  direct;']
}

function bfdLines(plan: RouterPlan, one: PlannedNeighbour): string[] {
  if (one.bfd === undefined) return []
  const profile = bfdOf(plan, one)
  if (profile === undefined) return ['  bfd on;']
  return [
    '  bfd {',
    `    min rx interval ${profile.receiveIntervalMs} ms;`,
    `    min tx interval ${profile.transmitIntervalMs} ms;`,
    `    multiplier ${profile.detectMultiplier};`,
    '  };',
  ]
}

function channelLines(plan: RouterPlan, one: PlannedNeighbour, family: IpFamily): string[] {
  const filter = filterOf(plan, one)
  const anyRoute = family === 4 ? '0.0.0.0/0' : '::/0'
  return [
    // RFC 8212: an eBGP channel without import and export policy carries nothing.
    `  ipv${family} {`,
    `    import filter ${filterName(filter.name, family)};`,
    `    import limit ${filter.limits[family].limit} action restart;`,
    plan.advertiseDefault ? `    export where net = ${anyRoute};` : '    export none;',
    ...(family === 4 && (one.address === undefined || one.address.family === 6)
      ? ['    extended next hop on;']
      : []),
    '  };',
  ]
}
