// The status of a speaker for a person.
import type {
  PartStatus,
  PeerStatus,
  ServiceStatus,
  SpeakerStatus,
  WhyStatus,
} from '../../speaker/report/status.ts'
import { safeText } from '../safe-text.ts'
import { tableLines } from '../table.ts'
import { createTheme, type Theme } from '../theme.ts'
import { wrap } from '../wrap.ts'

export interface StatusStyle {
  readonly colorLevel: 0 | 1 | 2 | 3
  readonly width: number
}

/** @param nowMs milliseconds since 1970 */
export function renderSpeakerStatus(status: SpeakerStatus, nowMs: number, style: StatusStyle): string {
  const theme = createTheme(style.colorLevel)
  const paragraphs = [
    headline(status, nowMs, theme),
    configuration(status, style, theme),
    section(theme, serviceRows(status.services), style),
    section(theme, peerRows(status.peers, nowMs), style),
    section(theme, memberRows(status), style),
    section(theme, conflictRows(status, nowMs), style),
    status.limits.flatMap((limit) => wrap(`Not possible here: ${limit}`, style.width)),
  ]
  return `${paragraphs
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`
}

function headline(
  { node, version, startedAt, services }: SpeakerStatus,
  nowMs: number,
  theme: Theme,
): string[] {
  const layer2 = services.filter((each) => each.layer2.announces).length
  const bgp = services.filter((each) => each.bgp.announces).length
  const quiet = services.filter((each) => !each.layer2.announces && !each.bgp.announces).length
  const parts = [
    `${layer2} by layer 2`,
    `${bgp} by BGP`,
    ...(quiet === 0 ? [] : [`${quiet} not announced here`]),
  ]
  return [
    theme.strong(
      `${safeText(node)}, lbctl ${version}, up for ${durationText(nowMs - Date.parse(startedAt))}`,
    ),
    `${services.length} ${services.length === 1 ? 'Service' : 'Services'}: ${parts.join(', ')}`,
  ]
}

function configuration(
  { configuration: { state, problems } }: SpeakerStatus,
  style: StatusStyle,
  theme: Theme,
): string[] {
  if (state === 'valid') return []
  if (state === 'none') return ['There is no valid configuration yet, so nothing is announced.']
  return [
    theme.severity.error('The newest configuration is not valid; the last valid one is in use.'),
    ...problems.flatMap(({ code, message, place }) =>
      wrap(
        `${place === null ? '' : `${safeText(place)}: `}${code}: ${safeText(message)}`,
        style.width - 2,
      ).map((line) => `  ${line}`),
    ),
  ]
}

type Rows = readonly (readonly string[])[]

function section(theme: Theme, rows: Rows, { width }: StatusStyle): string[] {
  if (rows.length < 2) return []
  const [head = '', ...lines] = tableLines(rows, width)
  return [theme.strong(head), ...lines]
}

export const serviceRows = (services: readonly ServiceStatus[]): Rows => [
  ['SERVICE', 'ADDRESS', 'LAYER 2', 'BGP'],
  ...services.map(({ service, addresses, layer2, bgp }) => [
    safeText(service),
    addresses.join(' ') || '-',
    layer2.announces ? `here, ${interfacesText(layer2.interfaces)}` : (layer2.owner ?? partText(layer2)),
    bgp.announces
      ? bgp.peers.length === 0
        ? 'here, no peer'
        : bgp.peers.map(safeText).join(' ')
      : partText(bgp),
  ]),
]

const interfacesText = (interfaces: ServiceStatus['layer2']['interfaces']): string =>
  interfaces === 'all' || interfaces === null ? 'all interfaces' : interfaces.map(safeText).join(' ')

/** What nothing asks for is no refusal. */
const partText = ({ announces, reason }: PartStatus): string =>
  announces ? 'here' : reason === 'noMatchingAdvertisement' || reason === null ? '-' : reason

const peerRows = (peers: readonly PeerStatus[], nowMs: number): Rows => [
  ['PEER', 'ADDRESS', 'AS', 'STATE', 'SINCE', 'PREFIXES', 'LAST END'],
  ...peers.map((peer) => [
    safeText(peer.name),
    peer.address === null ? (peer.interface ?? '-') : peer.address,
    String(peer.peerAsn ?? '-'),
    peer.state,
    peer.since === null ? '-' : durationText(nowMs - Date.parse(peer.since)),
    peer.prefixes.pending === 0
      ? String(peer.prefixes.announced)
      : `${peer.prefixes.announced} +${peer.prefixes.pending}`,
    peer.lastEnding === null
      ? '-'
      : `${durationText(nowMs - Date.parse(peer.lastEnding.at))} ago: ${safeText(peer.lastEnding.words)}`,
  ]),
]

const memberRows = ({ members }: SpeakerStatus): Rows => [
  ['MEMBER', 'ADDRESS', 'STATE'],
  ...(members ?? []).map(({ name, address, state }) => [safeText(name), address, state]),
]

const conflictRows = ({ conflicts }: SpeakerStatus, nowMs: number): Rows => [
  ['CONFLICT', 'INTERFACE', 'CLAIMED BY', 'TIMES', 'LAST'],
  ...conflicts.map(({ address, interface: name, mac, count, lastAt }) => [
    address,
    safeText(name),
    mac,
    String(count),
    `${durationText(nowMs - Date.parse(lastAt))} ago`,
  ]),
]

/** `3 s`, `12 min`, `5 h`, `9 d` */
function durationText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  if (seconds < 120) return `${seconds} s`
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min`
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)} h`
  return `${Math.floor(seconds / 86_400)} d`
}

export function renderWhy(all: readonly WhyStatus[], style: StatusStyle): string {
  const theme = createTheme(style.colorLevel)
  return all
    .map((why) => {
      const rows: Rows = [
        ['NODE', 'LAYER 2', 'BGP'],
        ...why.nodes.map(({ node, layer2, bgp }) => [
          node === why.thisNode ? `${safeText(node)} (this one)` : safeText(node),
          whyText(layer2),
          whyText(bgp),
        ]),
      ]
      const order =
        why.succession.length < 2
          ? []
          : wrap(`Order of succession by layer 2: ${why.succession.map(safeText).join(', ')}`, style.width)
      const where = why.pool === null ? '' : `, from the pool ${safeText(why.pool)}`
      return [
        theme.strong(`${safeText(why.service)}: ${why.addresses.join(' and ') || 'no address'}${where}`),
        ...section(theme, rows, style),
        ...order,
      ].join('\n')
    })
    .join('\n\n')
    .concat('\n')
}

const whyText = ({ announces, why }: PartStatus): string =>
  announces ? 'announces' : `not, because ${why ?? '-'}`
