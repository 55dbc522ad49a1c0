// Which address each Service has: the controller's own state is told the world as it is, then the world as it would be.
import type { FactChange, WantedStatus } from '../controller/facts/facts.ts'
import { ControllerState } from '../controller/state/controller-state.ts'
import { statusOf } from '../controller/state/known-services.ts'
import { sameStatus } from '../controller/state/wanted-status.ts'
import { metallbWords } from '../ipam/refusal.ts'
import type { World } from './world.ts'

/** What a Service has once the controller has done its work. */
export interface Holding {
  readonly addresses: readonly string[]
  readonly pool: string | null
  /** MetalLB's words for why it has not all that it should have; null: nothing is missing */
  readonly why: string | null
}

export interface Replay {
  readonly before: ReadonlyMap<string, Holding>
  readonly after: ReadonlyMap<string, Holding>
  /** Services whose status is not what the controller makes of the world as it is, whatever is simulated */
  readonly unsettled: readonly string[]
}

/** Nothing is cooled down and nobody is probed, so time does not count. */
export function replay(before: World, after: World): Replay {
  const { loadBalancerClass } = before.settings
  const state = new ControllerState({ loadBalancerClass, coolDownMs: 0, probeBlockMs: undefined })
  settle(state, [...wholeWorld(before), { kind: 'complete' }])
  const first = holdings(state)
  const unsettled = [...before.services]
    .filter(([key, { controller }]) => {
      const settled = first.get(key)?.addresses ?? controller.ingress
      return !sameStatus(addressesOnly(controller.ingress), addressesOnly(settled))
    })
    .map(([key]) => key)
    .sort()
  settle(state, [...goneFrom(before, after), ...wholeWorld(after)])
  return { before: first, after: holdings(state), unsettled }
}

/** What is written comes back to a controller, which looks at it again: only then it misses the second address of a Service. */
function settle(state: ControllerState, changes: readonly FactChange[]): void {
  state.apply(changes, 0)
  state.apply(changes, 0)
}

/** The annotation with the pool's name is the controller's note to itself. */
const addressesOnly = (ingress: readonly string[]): WantedStatus => ({ ingress, pool: undefined })

const wholeWorld = ({ pools, namespaces, services }: World): FactChange[] => [
  { kind: 'pools', pools: { ok: true, value: pools } },
  ...[...namespaces].map(([name, labels]) => ({ kind: 'namespace', name, labels }) as const),
  ...[...services.values()].map(({ controller }) => ({ kind: 'service', service: controller }) as const),
]

const goneFrom = (before: World, after: World): FactChange[] => [
  ...[...before.namespaces.keys()]
    .filter((name) => !after.namespaces.has(name))
    .map((name) => ({ kind: 'namespace-deleted', name }) as const),
  ...[...before.services]
    .filter(([key]) => !after.services.has(key))
    .map(
      ([
        ,
        {
          controller: { namespace, name },
        },
      ]) => ({ kind: 'service-deleted', namespace, name }) as const,
    ),
]

function holdings(state: ControllerState): ReadonlyMap<string, Holding> {
  return new Map(
    [...state.services.all()].map(([key, known]) => [key, holding(statusOf(known), state, key)] as const),
  )
}

function holding({ ingress, pool }: WantedStatus, state: ControllerState, key: string): Holding {
  const refusal = state.waiting.get(key)
  return {
    addresses: ingress,
    pool: state.allocator.assignmentOf(key)?.pool ?? pool ?? null,
    why: refusal === undefined ? null : metallbWords(refusal),
  }
}
