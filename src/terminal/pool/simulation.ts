// What a simulated change does, for a person: the worst first.
import type { Effect, PeerChange, ServiceChange, ServiceState, Simulation } from '../../simulate/simulate.ts'
import { safeText } from '../safe-text.ts'
import { arrow } from '../signs.ts'
import { createTheme } from '../theme.ts'
import { wrap } from '../wrap.ts'
import { type PoolStyle, table } from './text.ts'

const EFFECT_WORDS: Readonly<Record<Effect, string>> = {
  'loses-address': 'loses an address',
  'loses-announcement': 'nobody announces it',
  'loses-protocol': 'loses a protocol',
  'other-address': 'other address',
  'other-owner': 'other node',
  'other-nodes': 'other BGP nodes',
  gains: 'gains',
  unchanged: 'unchanged',
}

/** What a person has to know about how it was computed. */
export interface SimulationNotes {
  readonly release: { readonly before: string; readonly after: string }
  readonly servedEverywhere: boolean
  readonly pseudonyms: boolean
  readonly preferences: boolean
  readonly withoutSpeaker: readonly string[]
}

export function renderSimulation(
  simulation: Simulation & SimulationNotes,
  { all }: { readonly all: boolean },
  style: PoolStyle,
): string {
  const { services } = simulation
  const shown = all ? services : services.filter(({ effect }) => effect !== 'unchanged')
  const blocks = [
    headline(simulation, style),
    shown.length === 0
      ? []
      : table(
          ['SERVICE', 'WHAT', `BEFORE ${arrow(style)} AFTERWARDS`],
          shown.map((each) => serviceRow(each, style)),
          style,
        ),
    nodeLines(simulation, style),
    ...peerBlocks(simulation, style),
    noteLines(simulation, style),
  ]
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')}\n`
}

function headline({ services, harmed }: Simulation, style: PoolStyle): string[] {
  const changed = services.filter(({ effect }) => effect !== 'unchanged').length
  const theme = createTheme(style.colorLevel)
  const of = `${services.length} ${services.length === 1 ? 'Service' : 'Services'}`
  if (changed === 0) return [theme.good(`Nothing changes for ${of}.`)]
  const text =
    harmed === 0
      ? `No Service loses anything; for ${changed} of ${of} something changes.`
      : `${harmed} of ${of} lose an address or all candidates; for ${changed} something changes.`
  const paint = harmed === 0 ? theme.strong : theme.severity.error
  return wrap(text, style.width).map((line) => paint(line))
}

const serviceRow = (
  { service, effect, before, after }: ServiceChange,
  style: PoolStyle,
): readonly string[] => [
  service,
  EFFECT_WORDS[effect],
  before === null ? stateWords(after) : `${stateWords(before)} ${arrow(style)} ${afterWords(before, after)}`,
]

function stateWords(state: ServiceState | null): string {
  if (state === null) return 'no load balancer'
  const { addresses, why } = state
  const missing = why === null ? '' : `; ${why}`
  return addresses.length === 0
    ? `no address${why === null ? '' : `: ${why}`}`
    : `${holdingWords(state)} ${announcers(state)}${missing}`
}

/** What stays is not said twice. */
function afterWords(before: ServiceState, after: ServiceState | null): string {
  const same = after !== null && after.addresses.length > 0 && holdingWords(before) === holdingWords(after)
  return same ? announcers(after) : stateWords(after)
}

const holdingWords = ({ addresses, pool }: ServiceState): string =>
  `${addresses.join(', ')} of ${pool ?? 'no pool'}`

function announcers({ layer2Owner, bgpNodes, reasons }: ServiceState): string {
  const parts = [
    ...(layer2Owner === null ? [] : [`on ${layer2Owner}`]),
    ...(bgpNodes.length === 0 ? [] : [`by BGP from ${named(bgpNodes)}`]),
  ]
  if (parts.length > 0) return parts.join(' and ')
  const words = [...new Set(reasons.map((reason) => REASON_WORDS[reason] ?? reason))]
  // Of two protocols, one is often not asked for at all.
  const told = words.length > 1 ? words.filter((each) => each !== NOT_ADVERTISED) : words
  return told.length === 0 ? 'by nobody' : `by nobody: ${told.join(', ')}`
}

const NOT_ADVERTISED = 'no advertisement is for it'
const REASON_WORDS: Readonly<Partial<Record<string, string>>> = {
  'no-advertisement': NOT_ADVERTISED,
  noMatchingAdvertisement: NOT_ADVERTISED,
  'no-endpoints': 'no endpoint can serve',
  noEndpoints: 'no endpoint can serve',
  'no-local-endpoint': 'no endpoint on a node that may announce it',
  noLocalEndpoints: 'no endpoint on a node that may announce it',
  'network-unavailable': 'nodes without a network',
  nodeNetworkUnavailable: 'nodes without a network',
  'excluded-by-label': 'nodes excluded by their label',
  nodeLabeledExcludeBalancers: 'nodes excluded by their label',
  unschedulable: 'cordoned nodes',
  'no-speaker': 'nodes without a speaker',
}

/** Names of a few, and how many more. */
function named(names: readonly string[]): string {
  const SHOWN = 3
  const more = names.length - SHOWN
  return names.slice(0, SHOWN).join(', ') + (more > 0 ? ` and ${more} more` : '')
}

function nodeLines({ nodes }: Simulation, style: PoolStyle): string[] {
  const changed = nodes.filter(
    ({ before, after }) => before.layer2 !== after.layer2 || before.bgp !== after.bgp,
  )
  if (changed.length === 0) return []
  const rows = changed.map(({ node, before, after }) => [
    node,
    `${before.layer2} ${arrow(style)} ${after.layer2}`,
    `${before.bgp} ${arrow(style)} ${after.bgp}`,
  ])
  return table(['NODE', 'SERVICES ON THE LINK', 'BY BGP'], rows, style)
}

function peerBlocks({ peers }: Simulation, style: PoolStyle): string[][] {
  const changed = peers.filter(
    ({ withdrawn, announced, moved }) => withdrawn.length + announced.length + moved.length > 0,
  )
  if (changed.length === 0) return []
  const rows = changed.map((peer) => [
    peer.peer,
    `${peer.before} ${arrow(style)} ${peer.after}`,
    peerWords(peer),
  ])
  return [table(['PEER', 'PREFIXES', 'WHICH'], rows, style)]
}

const peerWords = ({ withdrawn, announced, moved }: PeerChange): string =>
  [
    ...(withdrawn.length === 0 ? [] : [`without ${named(withdrawn)}`]),
    ...(announced.length === 0 ? [] : [`new ${named(announced)}`]),
    ...(moved.length === 0 ? [] : [`from other nodes ${named(moved)}`]),
  ].join('; ')

function noteLines(
  {
    unsettled,
    release,
    servedEverywhere,
    pseudonyms,
    preferences,
    withoutSpeaker,
  }: Simulation & SimulationNotes,
  style: PoolStyle,
): string[] {
  const releases =
    release.before === release.after
      ? `${release.before} does`
      : `${release.before} does, and ${release.after} afterwards`
  return [
    `Announced as MetalLB ${releases}, with a speaker on every node${withoutSpeaker.length === 0 ? '' : ` but ${named(withoutSpeaker)}`}.`,
    ...(preferences ? ['Preferences among nodes count, as lbctl has them among its own speakers.'] : []),
    ...(servedEverywhere
      ? ['No EndpointSlices were given, so every Service is taken to be served on every node.']
      : []),
    ...(pseudonyms
      ? [
          'Addresses are pseudonyms: which node would answer for one that a Service had not before cannot be told.',
        ]
      : []),
    ...(unsettled.length === 0
      ? []
      : [
          `Without any change, too, the controller would give other addresses than their status says to ${unsettled.map(safeText).join(', ')}.`,
        ]),
  ].flatMap((line) => wrap(line, style.width))
}
