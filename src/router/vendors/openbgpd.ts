// OpenBGPD: one bgpd.conf, for OpenBSD and for the portable version.
import { formatIp, type IpFamily } from '../../net/ip.ts'
import { formatPrefix } from '../../net/prefix.ts'
import {
  type FilterEntry,
  filterOf,
  type ImportFilter,
  type PlannedNeighbour,
  type RouterPlan,
} from '../plan/router-plan.ts'
import {
  comment,
  commonNotes,
  describeNeighbour,
  heading,
  passwordText,
  type VendorText,
} from './vendor-text.ts'

const MARK = '#'

export function renderOpenbgpd(plan: RouterPlan): VendorText {
  const usable = plan.neighbours.filter(({ address }) => address !== undefined)
  return {
    lines: [
      ...heading(MARK, plan, 'openbgpd'),
      '',
      `AS ${plan.asn}`,
      ...(plan.routerId === undefined ? [] : [`router-id ${formatIp(plan.routerId)}`]),
      ...(plan.port === 179 ? [] : comment(MARK, `Add "listen on ADDRESS port ${plan.port}" here.`)),
      '',
      ...plan.filters.flatMap(setLines),
      ...usable.flatMap((one) => neighbourLines(plan, one)),
      ...policyLines(plan, usable),
    ],
    notes: [...commonNotes(plan), ...limitsOf(plan)],
  }
}

function limitsOf(plan: RouterPlan): string[] {
  const notes: string[] = []
  if (plan.paths.external + plan.paths.internal > 1)
    notes.push('OpenBGPD installs one path per prefix: one node gets all the traffic of an address.')
  if (plan.neighbours.some(({ bfd }) => bfd !== undefined))
    notes.push('OpenBGPD has no BFD: remove bfdProfile from the BGPPeer, or its sessions never come up.')
  if (plan.neighbours.some(({ address }) => address === undefined))
    notes.push('OpenBGPD has no unnumbered sessions: give the BGPPeer a peerAddress.')
  return notes
}

/** A set of its own, because every rule that names prefixes one by one is a rule to evaluate. */
function setLines(filter: ImportFilter): string[] {
  if (filter.entries.length === 0) return []
  return [
    ...comment(MARK, 'What the nodes may announce: the pools, in the lengths that MetalLB uses.'),
    `prefix-set ${filter.name} {`,
    ...filter.entries.map((entry) => `  ${memberOf(entry)}`),
    '}',
    '',
  ]
}

const memberOf = ({ within, length }: FilterEntry): string =>
  within.length === length ? formatPrefix(within) : `${formatPrefix(within)} prefixlen = ${length}`

function neighbourLines(plan: RouterPlan, one: PlannedNeighbour): string[] {
  const password = passwordText(one)
  const filter = filterOf(plan, one)
  // The limit counts the prefixes of both families together.
  const limit = one.families.reduce((sum, family) => sum + filter.limits[family].limit, 0)
  return [
    `neighbor ${one.address === undefined ? '' : formatIp(one.address)} {`,
    `  descr "${describeNeighbour(one)}"`,
    `  remote-as ${one.asn}`,
    // The speaker always connects; port 179 of the node may belong to the CNI's own BGP.
    '  passive',
    ...(password === undefined ? [] : [`  tcp md5sig password "${password.replaceAll('"', '\\"')}"`]),
    ...(one.hops.kind === 'multihop' ? [`  multihop ${one.hops.ttl}`] : []),
    ...(one.hops.kind === 'ttl-security'
      ? [...(one.hops.hops > 1 ? [`  multihop ${one.hops.hops}`] : []), '  ttl-security yes']
      : []),
    ...(one.timers === undefined || one.timers.holdTimeSeconds === 0
      ? []
      : [`  holdtime ${one.timers.holdTimeSeconds}`]),
    ...([4, 6] as const).map((family) => announceLine(one, family)),
    ...(limit === 0 ? [] : [`  max-prefix ${limit} restart 5`]),
    plan.advertiseDefault ? '  export default-route' : '  export none',
    '}',
    '',
  ]
}

const announceLine = (one: PlannedNeighbour, family: IpFamily): string =>
  `  announce IPv${family} ${one.families.includes(family) ? 'unicast' : 'none'}`

function policyLines(plan: RouterPlan, neighbours: readonly PlannedNeighbour[]): string[] {
  return [
    ...comment(MARK, 'The last rule that matches counts, and nothing is allowed by itself.'),
    ...neighbours.flatMap((one) => {
      const filter = filterOf(plan, one)
      if (one.address === undefined) return []
      const from = formatIp(one.address)
      return [
        `deny from ${from}`,
        ...(filter.entries.length === 0 ? [] : [`allow from ${from} prefix-set ${filter.name}`]),
      ]
    }),
  ]
}
