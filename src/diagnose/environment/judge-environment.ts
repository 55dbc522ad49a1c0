// Facts → what will work here, which mode to choose, and what to change first.
import { itemsOf, PLANES } from '../cluster/cluster-facts.ts'
import type { VerdictStatus } from '../judge.ts'
import { CLUSTER_ROWS } from './cluster-rows.ts'
import type { EnvironmentFacts } from './environment-facts.ts'
import { type Effect, type EnvironmentItem, itemsIn } from './environment-item.ts'
import { HOST_ROWS } from './host-rows.ts'
import { NEIGHBOUR_ROWS } from './neighbour-rows.ts'

export const MODES = ['layer 2', 'BGP', 'BGP unnumbered'] as const
export type Mode = (typeof MODES)[number]

export interface ModeVerdict {
  readonly mode: Mode
  readonly effect: Effect
  /** why not, or what it takes; whole sentences or titles of items */
  readonly reasons: readonly string[]
}

export interface EnvironmentVerdict {
  readonly status: VerdictStatus
  readonly summary: string
  /** undefined: none will work, or nothing is known */
  readonly choose: Mode | undefined
  readonly modes: readonly ModeVerdict[]
  readonly items: readonly EnvironmentItem[]
  readonly vantage: string
  /** whole sentences */
  readonly notKnown: readonly string[]
}

const BADNESS: Readonly<Record<Effect, number>> = { works: 0, change: 1, fails: 2 }

export function judgeEnvironment(facts: EnvironmentFacts): EnvironmentVerdict {
  const items = itemsIn(facts, HOST_ROWS, [...CLUSTER_ROWS, ...NEIGHBOUR_ROWS])
  const counted = items.filter(({ of }) => of === 'cluster' || isNode(facts))
  const modes = [modeOf('layer 2', counted), modeOf('BGP', counted), unnumbered(facts, counted)]
  const best = [...modes].sort((a, b) => BADNESS[a.effect] - BADNESS[b.effect])[0]
  const nothing = facts.host.status === 'not-read' && facts.cluster.status === 'not-read'
  const choose = nothing || best === undefined || best.effect === 'fails' ? undefined : best.mode
  return {
    status: nothing ? 'undetermined' : best?.effect === 'works' ? 'healthy' : 'findings',
    summary: summaryOf(nothing ? undefined : best, counted),
    choose,
    modes: nothing ? [] : modes,
    items,
    vantage: vantageOf(facts),
    notKnown: notKnownOf(facts),
  }
}

/** A laptop's own surroundings say nothing about the nodes. Without a list of nodes, the host is taken for one that is to become one. */
function isNode({ cluster, hostName }: EnvironmentFacts): boolean {
  if (cluster.status === 'not-read' || cluster.value.nodes.status === 'not-read') return true
  return itemsOf(cluster.value.nodes).some(
    ({ metadata }) => metadata.name === hostName || metadata.name.split('.')[0] === hostName,
  )
}

interface Against {
  readonly worst: Effect
  /** the items that have the worst effect; empty when all works */
  readonly found: readonly EnvironmentItem[]
}

function against(mode: 'layer 2' | 'BGP', items: readonly EnvironmentItem[]): Against {
  const effectOf = (item: EnvironmentItem): Effect => (mode === 'layer 2' ? item.layer2 : item.bgp)
  const found = items.filter((item) => effectOf(item) !== 'works')
  const worst = found.some((item) => effectOf(item) === 'fails')
    ? 'fails'
    : found.length > 0
      ? 'change'
      : 'works'
  return { worst, found: found.filter((item) => effectOf(item) === worst) }
}

function modeOf(mode: 'layer 2' | 'BGP', items: readonly EnvironmentItem[]): ModeVerdict {
  const { worst, found } = against(mode, items)
  const reasons = found.map(({ title, reason }) => `${title}. ${reason}`)
  const takes =
    mode === 'layer 2'
      ? 'Nothing was found against it. The pool must be of the subnet of the nodes, outside of DHCP, and 7946 open between the nodes.'
      : 'Nothing was found against it. It takes a router that speaks BGP with every node.'
  return { mode, effect: worst, reasons: reasons.length === 0 ? [takes] : reasons }
}

/** RFC 5549 sessions go over link-local addresses of a link that has no other. */
function unnumbered({ host }: EnvironmentFacts, items: readonly EnvironmentItem[]): ModeVerdict {
  const mode = 'BGP unnumbered'
  const bgp = modeOf('BGP', items)
  if (bgp.effect === 'fails') return { mode, effect: 'fails', reasons: bgp.reasons }
  const bare =
    host.status === 'read'
      ? host.value.links.filter(
          ({ kind, hardwareType, up, master, addresses, loopback }) =>
            (kind === undefined || kind === 'bond' || kind === 'vlan') &&
            hardwareType === 1 &&
            up &&
            !loopback &&
            master === undefined &&
            addresses.length === 0,
        )
      : []
  if (bare.length === 0)
    return {
      mode,
      effect: 'fails',
      reasons: [
        host.status === 'read'
          ? 'It takes a direct link to the router that has link-local addresses only, and this host has none.'
          : 'It takes a direct link to the router that has link-local addresses only; the links could not be read.',
      ],
    }
  return {
    mode,
    effect: bgp.effect,
    reasons: [
      `${bare.map(({ name }) => name).join(', ')} ${bare.length === 1 ? 'has' : 'have'} link-local addresses only. It takes FRR mode, and a router at the other end that does the same.`,
      ...(bgp.effect === 'works' ? [] : bgp.reasons),
    ],
  }
}

/** One sentence: which mode, and what speaks for it or against the others. */
function summaryOf(best: ModeVerdict | undefined, items: readonly EnvironmentItem[]): string {
  if (best === undefined) return 'Neither this host nor a cluster could be looked at.'
  const { mode, effect } = best
  const layer2 = against('layer 2', items)
  const bgp = against('BGP', items)
  if (effect === 'fails') {
    const isPlatform = bgp.found.some(({ id }) => id === 'platform' || id === 'provider')
    return `No mode will work here as it is: ${titlesOf(bgp)}.${isPlatform ? ' Use what the platform has.' : ''}`
  }
  const first =
    effect === 'change' ? `, and change first: ${titlesOf(mode === 'layer 2' ? layer2 : bgp)}` : ''
  if (layer2.worst === effect)
    return mode === 'layer 2'
      ? layer2Text(first, items)
      : `Choose ${mode}${first === '' ? ': nothing here is against it' : first}.`
  if (layer2.worst === 'fails')
    return `Choose ${mode}${first === '' ? ': nothing here is against it' : first}. Layer 2 will not work: ${titlesOf(layer2)}.`
  return `Choose ${mode} if a router speaks it with every node; if none does, layer 2, and change first: ${titlesOf(layer2)}.`
}

/**
 * With what is to be seen to although nothing speaks against it. What a hypervisor lets through is set outside of the machine, and cannot
 * be seen in it.
 */
function layer2Text(first: string, items: readonly EnvironmentItem[]): string {
  const advised = items.filter(
    ({ layer2, bgp, change }) => layer2 === 'works' && bgp === 'works' && change !== undefined,
  )
  const isVirtual = advised.some(({ code }) => code === 'F16')
  const seen = isVirtual ? 'that a virtual machine can see' : 'here'
  const choice = `Choose layer 2${first === '' ? `: nothing ${seen} is against it` : first}.`
  return [choice, ...advised.map(({ change }) => change?.text ?? '')].join(' ')
}

const titlesOf = ({ found }: Against): string => found.map(({ title }) => title).join('; ')

const vantageOf = ({ hostName, host, cluster }: EnvironmentFacts): string =>
  [
    ...(host.status === 'read' ? [`host ${hostName}`] : []),
    ...(cluster.status === 'read' ? [cluster.value.vantage] : []),
  ].join('; ') || `host ${hostName}`

function notKnownOf(facts: EnvironmentFacts): readonly string[] {
  const { host, cluster, hostName } = facts
  const unread =
    cluster.status === 'read'
      ? PLANES.flatMap((name) => {
          const plane = cluster.value[name]
          return plane.status === 'not-read' && plane.wanted ? [`${name}: ${plane.reason}.`] : []
        })
      : [`The cluster: ${cluster.reason}`]
  return [
    ...(host.status === 'read' ? [] : [`This host: ${host.reason}`]),
    ...unread,
    ...(host.status === 'read' && !isNode(facts)
      ? [
          `${hostName} is no node of the cluster: what was seen on it does not count. Run this on a node as well.`,
        ]
      : []),
    'Whether addresses of the pool are free, and what switches and routers on the way do: nothing was sent. lbctl diagnose pool asks on the wire.',
  ]
}
