// The hooks that a packet passes, in the order of the kernel: coming in from outside (prerouting, then input or forward,
// postrouting), or made by this host (output, postrouting). Within a hook, chains of all tables by their priority.
import { formatIp } from '../../../net/ip.ts'
import type { HookName, RuleChain, RuleTable } from '../netfilter.ts'
import type { Packet } from './packet.ts'
import { onTrail, type TrailStep, trailSteps } from './trail.ts'
import type { Traveller } from './traveller.ts'
import { type Balanced, IPVS_PRIORITY } from './walk-ipvs.ts'
import { type WalkContext, walkChain } from './walk-rules.ts'

export type PacketEnd =
  /** sent on to an endpoint of the Service */
  | 'endpoint'
  | 'dropped'
  | 'rejected'
  /** reaches this host itself, unchanged */
  | 'host'
  /** is routed on, unchanged */
  | 'forwarded'

export interface Outcome {
  readonly end: PacketEnd
  readonly probability: number
  /** `10.244.0.5:8080`; set when the packet was translated, even if it was dropped later */
  readonly endpoint: string | undefined
  /** the endpoint sees an address of this node instead of the client's */
  readonly masquerade: boolean
  /** table and chain of the rule that stopped it */
  readonly stoppedIn: string | undefined
  readonly steps: readonly TrailStep[]
}

/** What IPVS makes of it; undefined: it has no virtual server for it. */
export type Balance = (at: Traveller) => Balanced | undefined

/** @param made the packet comes from this host */
export function walkHooks(
  packet: Packet,
  made: boolean,
  context: WalkContext,
  balance: Balance = () => undefined,
): Outcome[] {
  const outcomes: Outcome[] = []
  const hook = (name: HookName, all: readonly Traveller[], part: Part = WHOLE): Traveller[] =>
    all.flatMap((traveller) => passHook(name, traveller, context, outcomes, part))
  /** Through the hook with IPVS at its place: what that has sent on leaves this host by OUTPUT. */
  const balancing = (name: 'input' | 'output', all: readonly Traveller[]): Sorted => {
    const [before, behind] = [{ below: IPVS_PRIORITY[name] }, { from: IPVS_PRIORITY[name] }]
    const sorted = hook(name, all, before).map((each) => ({ each, by: balance(each) }))
    outcomes.push(
      ...sorted.flatMap(({ by }) => (by?.result === 'refused' ? outcomeOf(by.at, 'rejected', 'ipvs') : [])),
    )
    const sent = sorted.flatMap(({ by }) => (by?.result === 'sent' ? by.ways : []))
    const others = sorted.flatMap(({ each, by }) => (by === undefined ? [each] : []))
    return { sent: hook('output', sent), others: hook(name, others, behind) }
  }
  const end = (all: readonly Traveller[]): number =>
    outcomes.push(...all.map((traveller) => arrived(traveller, context)))
  const isForUs = (each: Traveller): boolean => context.host.isLocal(each.packet.destination)
  const start: Traveller = { packet, probability: 1, trail: undefined, masquerade: false }
  if (made) {
    const { sent, others } = balancing('output', [start])
    end(hook('postrouting', sent))
    // To itself, a host sends over the loopback interface: the packet comes in again. Its destination stays as it is now.
    for (const each of hook('postrouting', others)) end(isForUs(each) ? hook('input', [each]) : [each])
    return outcomes
  }
  for (const each of hook('prerouting', [start])) {
    // The routing decision: what has become of the destination decides which way the packet goes.
    const { sent, others } = isForUs(each) ? balancing('input', [each]) : NOWHERE
    end(hook('postrouting', sent))
    end(isForUs(each) ? others : hook('postrouting', hook('forward', [each])))
  }
  return outcomes
}

/** Chains of a hook by their priority. */
interface Part {
  readonly from?: number
  readonly below?: number
}
const WHOLE: Part = {}

interface Sorted {
  /** by IPVS to an endpoint */
  readonly sent: readonly Traveller[]
  readonly others: readonly Traveller[]
}
const NOWHERE: Sorted = { sent: [], others: [] }

function arrived(traveller: Traveller, { host }: WalkContext): Outcome {
  const { packet } = traveller
  const end = packet.translated ? 'endpoint' : host.isLocal(packet.destination) ? 'host' : 'forwarded'
  return outcomeOf(traveller, end, undefined)
}

function outcomeOf(traveller: Traveller, end: PacketEnd, stoppedIn: string | undefined): Outcome {
  const { packet, probability, masquerade, trail } = traveller
  const host = formatIp(packet.destination)
  const endpoint = `${packet.family === 6 ? `[${host}]` : host}:${packet.port}`
  return {
    end,
    probability,
    endpoint: packet.translated ? endpoint : undefined,
    masquerade,
    stoppedIn,
    steps: trailSteps(trail),
  }
}

/** Travellers that get through; what is stopped goes to `outcomes`. */
function passHook(
  name: HookName,
  start: Traveller,
  context: WalkContext,
  outcomes: Outcome[],
  { from = -Infinity, below = Infinity }: Part,
): Traveller[] {
  let travellers = [start]
  for (const { table, chain } of context.index.hooked(name, start.packet.family)) {
    const { type, priority = 0 } = chain.hook ?? {}
    if (priority < from || priority >= below) continue
    const next: Traveller[] = []
    for (const each of travellers) {
      // A connection is translated once (per direction of the translation).
      if (type === 'nat' && isDone(name, each)) {
        next.push(each)
        continue
      }
      for (const { exit, at } of walkChain(table, chain, each, context)) {
        const policyDrops = exit === 'continue' && chain.hook?.policy === 'drop'
        if (exit === 'dropped' || exit === 'rejected')
          outcomes.push(outcomeOf(at, exit, placeOf(at, table, chain)))
        else if (policyDrops) outcomes.push(droppedByPolicy(at, table, chain))
        else next.push(kept(at, each, name))
      }
    }
    travellers = next
  }
  return travellers
}

const isDone = (name: HookName, { packet, masquerade }: Traveller): boolean =>
  name === 'postrouting' || name === 'input' ? masquerade : packet.translated

/** Only chains that changed something are worth a place on the trail; what happens behind the last hop is not. */
function kept(at: Traveller, before: Traveller, hook: HookName): Traveller {
  const changed = at.packet.mark !== before.packet.mark || at.packet.translated !== before.packet.translated
  return changed && hook !== 'postrouting' ? at : { ...at, trail: before.trail }
}

function placeOf(at: Traveller, table: RuleTable, chain: RuleChain): string {
  const inner = trailSteps(at.trail).findLast((step) => step.kind === 'chain')
  return `${table.name} ${inner?.kind === 'chain' && inner.table === table.name ? inner.chain : chain.name}`
}

function droppedByPolicy(at: Traveller, table: RuleTable, chain: RuleChain): Outcome {
  const rule = `policy of ${chain.name}`
  const trail = onTrail(at.trail, { kind: 'stopped', result: 'dropped', rule, comment: undefined })
  return outcomeOf({ ...at, trail }, 'dropped', `${table.name} ${chain.name}`)
}
