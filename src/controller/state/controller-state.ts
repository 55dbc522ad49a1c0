// The controller's memory: facts in, effects out. It decides again what a change can have an influence on, and wants written only what
// is different. It does nothing itself and has no clock.
import type { Diagnostic } from '../../config/diagnostic.ts'
import type { Labels } from '../../config/objects/read-object.ts'
import { Allocator } from '../../ipam/allocator.ts'
import type { PoolDefinition } from '../../ipam/pool.ts'
import type { Refusal } from '../../ipam/refusal.ts'
import type { ServiceKey } from '../../ipam/request.ts'
import { formatIp, sameIp } from '../../net/ip.ts'
import { adopt, type Converged, converge } from '../converge/converge.ts'
import { requestOf } from '../converge/wish.ts'
import type { FactChange, PoolsFact, ProbeOutcome, WantedStatus } from '../facts/facts.ts'
import { serviceKey } from '../facts/facts.ts'
import { sameLabels } from '../facts/same-labels.ts'
import type { Effect, StatusWrite } from './effects.ts'
import { deprecations, EventMemory } from './event-memory.ts'
import { type KnownService, KnownServices, statusOf } from './known-services.ts'
import { PoolBoard } from './pool-board.ts'
import { notProbed, type Probe, Probes } from './probes.ts'
import { Step } from './step.ts'
import { NO_STATUS, sameStatus, says, statusWith } from './wanted-status.ts'

export interface ControllerOptions {
  /** --lb-class; undefined: Services without a class */
  readonly loadBalancerClass: string | undefined
  /** for how long a freed address is kept from other Services; 0: not at all, as MetalLB does */
  readonly coolDownMs: number
  /** for how long an address is passed over that somebody else has on the link; undefined: nobody is asked */
  readonly probeBlockMs: number | undefined
}

export class ControllerState {
  readonly allocator = new Allocator()
  readonly #options: ControllerOptions
  readonly #services: KnownServices
  readonly #namespaces = new Map<string, Labels>()
  readonly #events = new EventMemory()
  readonly #probes = new Probes()
  readonly #board = new PoolBoard()
  /** Services that would like more than they have, and why they have it not */
  readonly #waiting = new Map<ServiceKey, Refusal>()
  #pools: readonly PoolDefinition[] | undefined
  #problems: readonly Diagnostic[] = []
  #isComplete = false
  #poolsChanged = false
  #freed = false
  #nowMs = 0

  constructor(options: ControllerOptions) {
    this.#options = options
    this.#services = new KnownServices(options.loadBalancerClass)
  }

  /**
   * Takes changes as one step. Nothing is assigned or released before everything was told once and the pools were valid once.
   * @param nowMs of a clock that never goes back
   */
  apply(changes: readonly FactChange[], nowMs: number): readonly Effect[] {
    this.#nowMs = nowMs
    const step = new Step()
    for (const change of changes) this.#take(change, step)
    if (this.#isComplete && this.#pools !== undefined) this.#decide(this.#pools, step)
    for (const known of this.#services.of([...step.statuses])) {
      known.isOut = true
      step.tellMore(serviceKey(known.fact), deprecations(known.fact))
    }
    return [...step.effects(this.#events), ...this.#board.changes(this.allocator)]
  }

  #decide(pools: readonly PoolDefinition[], step: Step): void {
    if (this.allocator.expire(this.#nowMs)) this.#freed = true
    if (this.#poolsChanged) this.#renewPools(pools)
    for (const [key, hadAddress] of this.#services.gone) this.#forget(key, hadAddress)
    for (const key of this.#services.gone.keys()) step.dontWrite(key)
    this.#services.gone.clear()
    const dirty = this.#services.takeDirty()
    for (const known of this.#services.of(dirty))
      adopt({ service: known.fact, ingress: statusOf(known).ingress, allocator: this.allocator })
    for (const key of dirty) this.#converge(key, step)
    // What became free goes to those that wait, the oldest first; each of them may leave something for the next.
    while (this.#freed) {
      this.#freed = false
      for (const key of this.#services.inOrder(this.#waiting.keys())) this.#converge(key, step)
    }
  }

  #take(change: FactChange, step: Step): void {
    switch (change.kind) {
      case 'pools':
        this.#takePools(change.pools, step)
        break
      case 'namespace':
        if (!sameLabels(this.#namespaces.get(change.name), change.labels)) this.#poolsChanged = true
        this.#namespaces.set(change.name, change.labels)
        break
      case 'namespace-deleted':
        if (this.#namespaces.delete(change.name)) this.#poolsChanged = true
        break
      case 'service':
        this.#services.set(change.service)
        break
      case 'service-deleted':
        this.#services.delete(`${change.namespace}/${change.name}`)
        break
      case 'complete':
        this.#isComplete = true
        break
      case 'written':
        this.#services.written(change.service, change.status, change.version)
        break
      // There is nothing to decide about it.
      case 'state-missing':
        break
      case 'probed':
        this.#takeProbe(change.token, change.outcome, step)
    }
  }

  #takePools(pools: PoolsFact, step: Step): void {
    if (!pools.ok) {
      this.#problems = pools.error
      step.add({ kind: 'configuration', ok: false, problems: pools.error })
      return
    }
    this.#problems = []
    this.#pools = pools.value
    this.#poolsChanged = true
    step.add({ kind: 'configuration', ok: true })
  }

  #renewPools(pools: readonly PoolDefinition[]): void {
    this.#poolsChanged = false
    this.allocator.setPools(pools, new Map(this.#namespaces))
    this.#services.allDirty()
  }

  #forget(key: ServiceKey, hadAddress: boolean): void {
    if (this.allocator.release(key, hadAddress ? this.#coolDownUntil() : undefined)) this.#freed = true
    this.#waiting.delete(key)
    this.#events.forget(key)
    this.#probes.end(key)
  }

  #coolDownUntil(): number | undefined {
    const { coolDownMs } = this.#options
    return coolDownMs > 0 ? this.#nowMs + coolDownMs : undefined
  }

  #converge(key: ServiceKey, step: Step): void {
    const known = this.#services.get(key)
    if (known === undefined) return
    const { allocator } = this
    const { ingress } = statusOf(known)
    const coolDownUntilMs = this.#coolDownUntil()
    const outcome = converge({ service: known.fact, ingress, allocator, coolDownUntilMs })
    if (outcome.freed) this.#freed = true
    if (outcome.refusal === undefined) this.#waiting.delete(key)
    else this.#waiting.set(key, outcome.refusal)
    if (this.#beginProbe(key, known, outcome, step)) return
    this.#probes.end(key)
    step.dontProbe(key)
    if (outcome.assignment !== undefined) this.#want(key, known, statusWith(outcome.assignment), step)
    step.tell(key, outcome.events)
  }

  /** Wants a status written, unless the Service has it, or it is on its way. */
  #want(key: ServiceKey, known: KnownService, status: WantedStatus, step: Step): void {
    const { fact, desired } = known
    // Nothing of it has left yet, and in the end all is as it was.
    if (says(fact, status) && !known.isOut) {
      known.desired = undefined
      step.dontWrite(key)
    } else if (desired === undefined || !sameStatus(desired, status)) {
      known.desired = status
      step.write(key)
    }
  }

  /** Addresses that are new on the link are asked for first. Returns whether the Service has to wait for that. */
  #beginProbe(key: ServiceKey, known: KnownService, outcome: Converged, step: Step): boolean {
    const { assignment, fresh, events } = outcome
    if (this.#options.probeBlockMs === undefined || assignment?.pool === undefined) return false
    const addresses = fresh.filter((address) => !this.allocator.isShared(address))
    if (addresses.length === 0) return false
    const allocated = events.filter(({ reason }) => reason === 'IPAllocated')
    const probe = this.#probes.begin({ service: key, addresses, assignment, events: allocated })
    if (probe !== undefined) step.probe({ kind: 'probe', token: probe.token, service: key, addresses })
    // Meanwhile it has what it had and may keep.
    const kept = assignment.addresses.filter((address) => !fresh.includes(address))
    const meanwhile = kept.length === 0 ? NO_STATUS : statusWith({ ...assignment, addresses: kept })
    this.#want(key, known, meanwhile, step)
    step.tell(
      key,
      events.filter(({ reason }) => reason !== 'IPAllocated'),
    )
    return true
  }

  #takeProbe(token: number, outcome: ProbeOutcome, step: Step): void {
    const probe = this.#probes.answered(token)
    const known = probe === undefined ? undefined : this.#services.get(probe.service)
    if (probe === undefined || known === undefined) return
    if (outcome.kind === 'in-use') this.#passOver(probe, known, outcome, step)
    else {
      this.#want(probe.service, known, statusWith(probe.assignment), step)
      step.tell(probe.service, [...probe.events, ...notProbed(probe, outcome)])
    }
  }

  #passOver(
    { service, assignment, addresses }: Probe,
    { fact }: KnownService,
    { address, by }: Extract<ProbeOutcome, { kind: 'in-use' }>,
    step: Step,
  ): void {
    // Nothing of what was asked for was announced by us, so nothing has to cool down.
    const kept = assignment.addresses.filter((each) => !addresses.some((asked) => sameIp(asked, each)))
    if (kept.length === 0 || !this.allocator.assign(requestOf(fact), kept).ok) this.allocator.release(service)
    this.allocator.block(address, this.#nowMs + (this.#options.probeBlockMs ?? 0))
    this.#services.dirty.add(service)
    const owner = by === undefined ? 'somebody' : by
    const message = `"${formatIp(address)}" of pool "${assignment.pool}" is passed over: ${owner} answers for it on the link`
    step.tell(service, [{ type: 'Warning', reason: 'AddressInUse', service, message }])
  }

  /** What is to be written to a Service now; undefined: it has what it shall have, or is gone. */
  pendingWrite(service: ServiceKey): StatusWrite | undefined {
    const known = this.#services.get(service)
    if (known?.desired === undefined) return undefined
    const { namespace, name, version } = known.fact
    return { service, namespace, name, status: known.desired, basedOn: version }
  }

  /** When `apply` has something to do without any change; undefined: never. */
  get nextWakeMs(): number | undefined {
    return this.#isComplete ? this.allocator.nextExpiryMs : undefined
  }

  get waiting(): ReadonlyMap<ServiceKey, Refusal> {
    return this.#waiting
  }
  get hasPools(): boolean {
    return this.#pools !== undefined
  }
  /** What is wrong with the pools that were told last; empty when they count. */
  get problems(): readonly Diagnostic[] {
    return this.#problems
  }
  get services(): Pick<KnownServices, 'get' | 'all' | 'size'> {
    return this.#services
  }
}
