// One Service brought to where it should be, step by step as MetalLB does: what it has is kept while it may have it.
import type { Allocator } from '../../ipam/allocator.ts'
import { metallbWords, poolReasonWords, poolRefusals, type Refusal } from '../../ipam/refusal.ts'
import { type AddressRequest, type Assignment, quotedList, type ServiceKey } from '../../ipam/request.ts'
import { formatIp, type Ip, parseIp, sameIp } from '../../net/ip.ts'
import { err, type Result } from '../../net/result.ts'
import { type ServiceFact, serviceKey } from '../facts/facts.ts'
import type { ControllerEvent, EventReason } from '../state/effects.ts'
import {
  clusterFamilies,
  type FamilySet,
  familiesOf,
  goList,
  requestOf,
  wantedAddresses,
  wantedFamilies,
  wantedPool,
} from './wish.ts'

export interface ConvergeInput {
  readonly service: ServiceFact
  /** addresses that the Service has now, as texts of its status */
  readonly ingress: readonly string[]
  readonly allocator: Allocator
  /** see Allocator.release */
  readonly coolDownUntilMs: number | undefined
}

export interface Converged {
  /** undefined: whatever the status says is left as it is, because it cannot be judged */
  readonly assignment: Assignment | { readonly addresses: readonly []; readonly pool: undefined } | undefined
  /** addresses that the Service did not have before */
  readonly fresh: readonly Ip[]
  readonly events: readonly ControllerEvent[]
  /** what keeps it from having all that it should have; it is tried again when something is freed */
  readonly refusal: Refusal | undefined
  /** it gave back addresses, or others may share with it now */
  readonly freed: boolean
}

export const converge = (input: ConvergeInput): Converged => new Convergence(input).run()

/**
 * Takes for a Service what it has already, if nobody else has it. This comes before any Service is given something new: what is not
 * taken yet would look free. Whether the Service may keep it is for `converge` to say.
 */
export function adopt({ service, ingress, allocator }: Omit<ConvergeInput, 'coolDownUntilMs'>): void {
  const isConcerned = service.type === 'LoadBalancer' && ingress.length > 0
  if (!isConcerned || allocator.assignmentOf(serviceKey(service)) !== undefined) return
  const addresses = ingress.flatMap((text) => parseIp(text) ?? [])
  if (addresses.length === ingress.length) allocator.assign(requestOf(service), addresses)
}

const NOTHING = { addresses: [], pool: undefined } as const

class Convergence {
  readonly #input: ConvergeInput
  readonly #key: ServiceKey
  readonly #request: AddressRequest
  readonly #events: ControllerEvent[] = []
  #current: readonly Ip[] = []
  #cleared = false
  #freed = false

  constructor(input: ConvergeInput) {
    this.#input = input
    this.#key = serviceKey(input.service)
    this.#request = requestOf(input.service)
  }

  run(): Converged {
    const { service, allocator } = this.#input
    if (service.type !== 'LoadBalancer') return this.#stopCleared()
    if (allocator.pools.size === 0 || service.clusterIPs.length === 0) return this.#stopCleared()
    if (service.ipFamilyPolicy === 'RequireDualStack' && service.clusterIPs.length < 2) {
      const words = `Service requires dual stack but not enough clusterips ${goList(service.clusterIPs)}`
      this.#event('Warning', 'not enough clusterips', words)
      return this.#stopCleared()
    }
    const families = clusterFamilies(service)
    if (this.#input.ingress.length === 0) this.#clear()
    else {
      const stop = this.#keepWhatIsRight(families)
      if (stop !== undefined) return stop
    }
    return this.#current.length === 0 ? this.#allocate(families) : this.#complete(families)
  }

  /** Undefined to go on: `#current` holds what the Service may keep. */
  #keepWhatIsRight(families: Result<FamilySet>): Converged | undefined {
    const { service, ingress } = this.#input
    const parsed = ingress.flatMap((text) => parseIp(text) ?? [])
    const own: Result<FamilySet> = parsed.length < ingress.length ? err('no address') : familiesOf(parsed)
    if (!own.ok)
      this.#event(
        'Warning',
        'nolbIPsIPFamily',
        `Failed to retrieve LBIPs IPFamily for ${JSON.stringify(ingress).replaceAll(',', ' ')}: ${own.error}`,
      )
    if (!families.ok) {
      const words = `Failed to retrieve ClusterIPs IPFamily for ${goList(service.clusterIPs)}: ${families.error}`
      this.#event('Warning', 'noclusterIPsIPFamily', words)
      return this.#stop(undefined, { kind: 'invalid', words: families.error })
    }
    this.#current = own.ok && fits(own.value, families.value, service) ? parsed : []
    if (this.#current.length === 0) {
      this.#clear()
      return undefined
    }
    this.#confirm()
    const wanted = wantedAddresses(service)
    if (!wanted.ok) {
      this.#event('Warning', 'LoadBalancerFailed', `invalid requested loadbalancer IPs: ${wanted.error}`)
      return this.#stop(this.#cleared ? NOTHING : undefined, { kind: 'invalid', words: wanted.error })
    }
    if (wanted.value.length > 0 && !sameSet(wanted.value, this.#current)) this.#clear()
    return undefined
  }

  /** Are the addresses still allowed, and of the pool that is asked for? */
  #confirm(): void {
    const { service, allocator } = this.#input
    const before = allocator.holdingKeyOf(this.#key)
    const confirmed = allocator.assign(this.#request, this.#current)
    if (!confirmed.ok) {
      const words = `current IP for "${this.#key}" not allowed by config, will attempt for new IP assignment: ${metallbWords(confirmed.error)}`
      this.#event('Normal', 'ClearAssignment', words)
      this.#clear()
      return
    }
    if (before !== undefined && before !== allocator.holdingKeyOf(this.#key)) this.#freed = true
    const pool = wantedPool(service)
    if (pool !== '' && confirmed.value.pool !== pool) this.#clear()
  }

  /** A Service that has one address and would like two. */
  #complete(families: Result<FamilySet>): Converged {
    const { service, allocator } = this.#input
    const lacksOne =
      this.#current.length === 1 &&
      service.ipFamilyPolicy === 'PreferDualStack' &&
      families.ok &&
      families.value === 'dual'
    if (!lacksOne) return this.#stop(this.#assignment())
    const added = allocator.addFamily(this.#request)
    if (!added.ok) {
      const words = `cannot assign additional IP in PreferDualStack: ${explained(added.error)}`
      this.#event('Normal', 'AdditionalAssignFailed', words)
      return this.#stop(this.#assignment(), added.error)
    }
    this.#event('Normal', 'IPAllocated', `Assigned additional IP "${formatIp(added.value)}"`)
    return { ...this.#stop(this.#assignment()), fresh: [added.value] }
  }

  #allocate(families: Result<FamilySet>): Converged {
    const allocated = this.#findAddresses(families)
    if (!allocated.ok) {
      const words = `Failed to allocate IP for "${this.#key}": ${explained(allocated.error)}`
      this.#event('Warning', 'AllocationFailed', words)
      return this.#stop(NOTHING, allocated.error)
    }
    const { addresses } = allocated.value
    this.#event('Normal', 'IPAllocated', `Assigned IP ${quotedList(addresses)}`)
    return { ...this.#stop(allocated.value), fresh: addresses }
  }

  #findAddresses(families: Result<FamilySet>): Result<Assignment, Refusal> {
    const { service, allocator } = this.#input
    if (!families.ok) return err({ kind: 'invalid', words: families.error })
    const wanted = wantedAddresses(service)
    if (!wanted.ok) return err({ kind: 'invalid', words: wanted.error })
    const pool = wantedPool(service)
    if (wanted.value.length > 0) return this.#assignWanted(wanted.value, families.value, pool)
    const wishes = wantedFamilies(service, families.value)
    if (pool !== '') return allocator.allocateFrom(pool, this.#request, wishes)
    return allocator.allocate(this.#request, wishes)
  }

  #assignWanted(addresses: readonly Ip[], families: FamilySet, pool: string): Result<Assignment, Refusal> {
    const { allocator } = this.#input
    const own = familiesOf(addresses)
    if (!own.ok || own.value !== families) return err({ kind: 'other-family', addresses })
    const assigned = allocator.assign(this.#request, addresses)
    if (!assigned.ok || pool === '' || assigned.value.pool === pool) return assigned
    allocator.release(this.#key)
    return err({ kind: 'other-pool', addresses, pool })
  }

  #clear(): void {
    const { allocator, ingress, coolDownUntilMs } = this.#input
    // What the status never said was announced by nobody.
    const cools = ingress.length > 0 ? coolDownUntilMs : undefined
    if (allocator.release(this.#key, cools)) this.#freed = true
    this.#current = []
    this.#cleared = true
  }

  #assignment(): Assignment | typeof NOTHING {
    return this.#input.allocator.assignmentOf(this.#key) ?? NOTHING
  }

  #stopCleared(): Converged {
    this.#clear()
    return this.#stop(NOTHING)
  }

  #stop(assignment: Converged['assignment'], refusal?: Refusal): Converged {
    return { assignment, refusal, fresh: [], events: this.#events, freed: this.#freed }
  }

  #event(type: ControllerEvent['type'], reason: EventReason, message: string): void {
    this.#events.push({ type, reason, service: this.#key, message })
  }
}

/** With PreferDualStack, one address of two is right too. */
const fits = (own: FamilySet, cluster: FamilySet, { ipFamilyPolicy }: ServiceFact): boolean =>
  own === cluster || (cluster === 'dual' && ipFamilyPolicy === 'PreferDualStack')

const sameSet = (a: readonly Ip[], b: readonly Ip[]): boolean =>
  a.length === b.length && a.every((each) => b.some((other) => sameIp(each, other)))

/** An event has room for some pools. */
const MOST_POOLS = 5

/** MetalLB's words, and behind them what each pool lacks. */
function explained(refusal: Refusal): string {
  const refusals = poolRefusals(refusal)
  if (refusals.length === 0) return metallbWords(refusal)
  const clauses = refusals.slice(0, MOST_POOLS).map((each) => `pool "${each.pool}": ${poolReasonWords(each)}`)
  const rest = refusals.length - clauses.length
  return `${metallbWords(refusal)} (${clauses.join('; ')}${rest > 0 ? `; and ${rest} more pools` : ''})`
}
