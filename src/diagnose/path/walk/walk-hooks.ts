// The hooks that a packet passes, in the order of the kernel: coming in from outside (prerouting, then input or forward,
// postrouting), or made by this host (output, postrouting). Within a hook, chains of all tables by their priority.
import { formatIp } from '../../../net/ip.ts'
import type { HookName, RuleChain, RuleTable } from '../netfilter.ts'
import type { Packet } from './packet.ts'
import { onTrail, type TrailStep, trailSteps } from './trail.ts'
import type { Traveller } from './traveller.ts'
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

/** @param made the packet comes from this host */
export function walkHooks(packet: Packet, made: boolean, context: WalkContext): Outcome[] {
  const outcomes: Outcome[] = []
  const hook = (name: HookName, travellers: readonly Traveller[]): Traveller[] =>
    travellers.flatMap((traveller) => passHook(name, traveller, context, outcomes))
  const start: Traveller = { packet, probability: 1, trail: undefined, masquerade: false }
  if (made) {
    for (const each of hook('postrouting', hook('output', [start]))) {
      // To itself, a host sends over the loopback interface: the packet comes in again. Its destination stays as it is now.
      const isForUs = context.host.isLocal(each.packet.destination)
      outcomes.push(
        ...(isForUs ? hook('input', [each]) : [each]).map((traveller) => arrived(traveller, context)),
      )
    }
    return outcomes
  }
  for (const each of hook('prerouting', [start])) {
    // The routing decision: what has become of the destination decides which way the packet goes.
    const isForUs = context.host.isLocal(each.packet.destination)
    const passed = isForUs ? hook('input', [each]) : hook('postrouting', hook('forward', [each]))
    outcomes.push(...passed.map((traveller) => arrived(traveller, context)))
  }
  return outcomes
}

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
function passHook(name: HookName, start: Traveller, context: WalkContext, outcomes: Outcome[]): Traveller[] {
  let travellers = [start]
  for (const { table, chain } of context.index.hooked(name, start.packet.family)) {
    const type = chain.hook?.type
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
