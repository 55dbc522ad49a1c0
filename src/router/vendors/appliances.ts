// Appliances that run FRR or BIRD: the same text with their own way in, or the fields of their screens.
import { entriesOf, familiesOf, type PlannedNeighbour, type RouterPlan } from '../plan/router-plan.ts'
import { renderBird } from './bird.ts'
import { listName, matchOf, renderFrr, routerIdText } from './frr.ts'
import { numberedOnly, unnumberedNote } from './numbered.ts'
import {
  comment,
  commonNotes,
  describeNeighbour,
  heading,
  neighbourKey,
  passwordText,
  type VendorText,
} from './vendor-text.ts'

/** Ubiquiti UniFi gateways take one file of FRR, and run zebra and bgpd of it only. */
export function renderUnifi(plan: RouterPlan): VendorText {
  const { lines, notes } = renderFrr(plan, {
    vendor: 'unifi',
    withoutBfd:
      'UniFi gateways run no bfdd, so BFD is left out; remove bfdProfile from the BGPPeer, or its session flaps.',
  })
  return {
    lines,
    notes: [
      ...notes,
      'Upload the text as a file under Settings, Routing, BGP. An upload replaces the file that is there and resets all sessions.',
    ],
  }
}

/** OpenWrt: package bird2, because it is one small daemon with one file; the frr packages take the text of --vendor frr. */
export function renderOpenwrt(plan: RouterPlan): VendorText {
  const { lines, notes } = renderBird(plan, 'openwrt')
  const where = comment(
    '#',
    'For the package bird2 (with bird2c to look inside): this is /etc/bird.conf. With the package frr-bgpd, use --vendor frr.',
  )
  return {
    lines: [...lines.slice(0, 2), ...where, ...lines.slice(2)],
    notes: [
      ...notes,
      'The firewall of OpenWrt has to let TCP port 179 in from the zone of the nodes, and no proxy or redirect rule may take it away.',
    ],
  }
}

const MARK = '#'

/** OPNsense: what to enter on the screens of the plug-in os-frr, in the order in which its lists refer to each other. */
export function renderOpnsense(given: RouterPlan): VendorText {
  const plan = numberedOnly(given)
  return {
    lines: [
      ...heading(MARK, plan, 'opnsense'),
      ...comment(MARK, 'Fields of the plug-in os-frr under Routing. What is not named keeps its default.'),
      '',
      'Routing / General',
      ...field('Enable', 'yes'),
      'Routing / BGP / General',
      ...field('enable', 'yes'),
      ...field('BGP AS Number', String(plan.asn)),
      ...(plan.routerId === undefined ? [] : field('Router ID', routerIdText(plan))),
      ...(plan.neighbours.some(({ gracefulRestart }) => gracefulRestart)
        ? field('Graceful Restart', 'yes')
        : []),
      ...prefixLists(plan),
      ...plan.neighbours.flatMap((one) => neighbourFields(plan, one)),
    ],
    notes: [
      ...commonNotes(plan),
      ...unnumberedNote(given, 'OPNsense'),
      'The firewall of OPNsense has to pass TCP port 179 from the nodes on their interface.',
      'os-frr has no fields for passive sessions, limits of prefixes and the number of equal paths.',
      ...(plan.neighbours.some(({ hops }) => hops.kind === 'ttl-security')
        ? ['os-frr has no field for TTL security, which is left out.']
        : []),
      ...(plan.bfdProfiles.length === 0 ? [] : ['os-frr has no fields for the times of BFD.']),
    ],
  }
}

const field = (name: string, value: string): string[] => [`  ${name.padEnd(26)}${value}`]

function prefixLists(plan: RouterPlan): string[] {
  const rows = plan.filters.flatMap((filter) =>
    familiesOf(plan).flatMap((family) =>
      entriesOf(filter, family).map((entry) => [listName(filter.name, family), matchOf(entry)] as const),
    ),
  )
  const out = familiesOf(plan).map(
    (family) => [`${plan.prefix}-out-v${family}`, family === 4 ? '0.0.0.0/0 le 32' : '::/0 le 128'] as const,
  )
  let number = 9
  const entry = (name: string, action: string, network: string): string[] => {
    number++
    return [
      'Routing / BGP / Prefix Lists, a new one',
      ...field('Name', name),
      ...field('Number', String(number)),
      ...field('Action', action),
      ...field('Network', network),
    ]
  }
  return [
    ...rows.flatMap(([name, network]) => entry(name, 'Permit', network)),
    ...out.flatMap(([name, network]) => entry(name, 'Deny', network)),
  ]
}

function neighbourFields(plan: RouterPlan, one: PlannedNeighbour): string[] {
  const password = passwordText(one)
  const lists = one.families.flatMap((family) => [
    ...field('Prefix-List In', listName(one.filter, family)),
    ...field('Prefix-List Out', `${plan.prefix}-out-v${family}`),
  ])
  return [
    'Routing / BGP / Neighbors, a new one',
    ...field('Description', describeNeighbour(one)),
    ...field('Peer-IP', neighbourKey(one)),
    ...field('Remote AS', String(one.asn)),
    ...(password === undefined ? [] : field('BGP MD5 Password', password)),
    ...(one.hops.kind === 'multihop' ? field('Multi-Hop', 'yes') : []),
    ...(one.families.length > 1 ? field('Multi-Protocol', 'yes') : []),
    ...(one.bfd === undefined ? [] : field('BFD', 'yes')),
    ...(one.timers === undefined
      ? []
      : [
          ...field('Keepalive', String(one.timers.keepaliveTimeSeconds)),
          ...field('Hold Down Time', String(one.timers.holdTimeSeconds)),
        ]),
    ...(plan.advertiseDefault ? field('Send Defaultroute', 'yes') : []),
    ...lists,
  ]
}
