// F22: a node that loses its network soon after it begins to announce: a switch takes the address that moves for an attack.
import { type ClusterCheck, type ClusterDraft, failOr, skip } from '../cluster-check.ts'
import type { ClusterView } from '../cluster-view.ts'
import { grouped } from '../grouped.ts'
import { conditionOf } from '../object-fields.ts'
import { keyOf } from '../object-keys.ts'
import { counted, listed, sentence, servicesText } from '../wording.ts'

/** From the first frame of a new owner until the Node shows it: the kubelet is given up after 40 s, and a switch may take its time. */
const SOON_MS = 120_000

interface Loss {
  readonly node: string
  readonly key: string
  /** seconds between both */
  readonly after: number
  /** it still has no network */
  readonly down: boolean
}

export const switchPorts: ClusterCheck = {
  id: 'switch-ports',
  code: 'F22',
  link: 'wire',
  title: 'no node loses its network when it begins to announce',
  needs: ['nodes', 'events'],
  evaluate: (view) => {
    const begun = assignments(view)
    if (begun.length === 0) return skip('nobody has begun to announce lately')
    const losses = begun.flatMap(({ node, key, at }) => lossOf(node, key, at, view) ?? [])
    return failOr(
      [...grouped(losses, ({ node }) => node)].map(([node, all]) => draft(node, all, losses)),
      counted(begun.length, 'new owner'),
    )
  },
}

interface Assignment {
  readonly node: string
  readonly key: string
  /** milliseconds since 1970 */
  readonly at: number
}

/** MetalLB tells each new owner by an event of the Service: `announcing from node "node-b" with protocol "layer2"`. */
function assignments(view: ClusterView): readonly Assignment[] {
  return view.servicesWithAddress.flatMap((service) => {
    const key = keyOf(service)
    return view.eventsOf('Service', key).flatMap(({ reason, message, last }) => {
      const node = /from node "([^"]+)" with protocol "layer2"/.exec(message)?.[1]
      return reason === 'nodeAssigned' && node !== undefined ? [{ node, key, at: last }] : []
    })
  })
}

/** The condition when it is still so; else what the node's events tell of before. */
function lossOf(node: string, key: string, at: number, view: ClusterView): Loss | undefined {
  const ready = conditionOf(view.rawNodes.get(node), 'Ready')
  const down = ready !== undefined && ready.status !== 'True'
  const times = [
    ...(down && ready.since !== undefined ? [ready.since] : []),
    ...view.eventsOf('Node', node).flatMap(({ reason, last }) => (reason === 'NodeNotReady' ? [last] : [])),
  ]
  const lost = times.find((time) => time >= at && time - at <= SOON_MS)
  return lost === undefined ? undefined : { node, key, after: Math.round((lost - at) / 1000), down }
}

function draft(node: string, own: readonly Loss[], all: readonly Loss[]): ClusterDraft {
  const keys = [...new Set(own.map(({ key }) => key))]
  const nodes = new Set(all.map((loss) => loss.node))
  const down = own.some((loss) => loss.down)
  return {
    title: `${node} lost its network ${own[0]?.after ?? 0} s after it began to announce ${servicesText(keys)}${down ? '' : ', and has it back'}.`,
    severity: down ? 'error' : 'warning',
    // Once can be chance; the same on another node is none.
    confidence: nodes.size > 1 ? 'likely' : 'possible',
    subject: `Node ${node}`,
    evidence: own
      .slice(0, 5)
      .map(
        (loss) =>
          `${sentence(servicesText([loss.key]))}: event nodeAssigned, and ${node} not ready ${loss.after} s later`,
      )
      .concat(nodes.size > 1 ? [`the same on ${listed([...nodes].filter((each) => each !== node))}`] : []),
    cause:
      'Switches with port security, ARP inspection, IP source guard or endpoint learning shut the port of a node that claims an address which was on another port before.',
    fix: [
      {
        text: 'See on the switch whether the port of the node is shut (err-disabled) or blocked, and except the range of the pool from what did it.',
      },
      { text: 'Or announce by BGP: then no address moves between ports.' },
    ],
    candidates: ['F24', 'F12'],
    affects: keys,
  }
}
