// Performs what the machine says: reads and writes the Lease, and says whether it is held. One request at a time, each tried once.
import { LbctlError } from '../../errors/lbctl-error.ts'
import type { ApiClient } from '../client.ts'
import { pathOf } from '../resources.ts'
import { microsecondsText } from '../times.ts'
import { LEASES, leaseObject, recordOf } from './lease-object.ts'
import {
  type LeaseRecord,
  type LeaseStep,
  type LeaseTiming,
  NOTHING_SEEN,
  nextStep,
  pauseMs,
  remember,
} from './machine.ts'

export interface LeaseHolderOptions {
  /** tries a request once, and gives up within `retryMs` */
  readonly client: ApiClient
  readonly namespace: string
  readonly name: string
  /** of this process; no other has ever had it */
  readonly identity: string
  readonly timing: LeaseTiming
  readonly onChange: (isHeld: boolean) => void
  /** the lease cannot be read or written; undefined: it can again */
  readonly onTrouble: (error: LbctlError | undefined) => void
  readonly random?: () => number
  readonly clock?: LeaseClock
}

export interface LeaseClock {
  /** of a clock that never goes back */
  readonly monotonicMs: () => number
  /** the time of day: it goes on while a machine is suspended, where the other may not */
  readonly wallMs: () => number
}

const REAL_CLOCK: LeaseClock = { monotonicMs: () => performance.now(), wallMs: Date.now }

interface Moment {
  readonly monotonicMs: number
  readonly wallMs: number
}

export class LeaseHolder {
  readonly #options: LeaseHolderOptions
  readonly #clock: LeaseClock
  #memory = NOTHING_SEEN
  /** the beginning of the last renewal that succeeded; undefined: not ours */
  #renewedAt: Moment | undefined
  #told = false
  /** the last write had no answer: the Lease may be another one than we know */
  #unsure = false
  #stopped = false
  #troubled = false
  /** what a watch told since the last look began */
  #heardVersion: string | undefined
  /** undefined: a look is on its way, or there will be none */
  #timer: NodeJS.Timeout | undefined
  #expiry: NodeJS.Timeout | undefined
  #round: Promise<void> = Promise.resolve()

  constructor(options: LeaseHolderOptions) {
    this.#options = options
    this.#clock = options.clock ?? REAL_CLOCK
  }

  /** False as soon as the lease may have run out, be it while this process slept. */
  get isHeld(): boolean {
    if (this.#renewedAt === undefined) return false
    const { heldForMs } = this.#options.timing
    const now = this.#now()
    return (
      now.monotonicMs - this.#renewedAt.monotonicMs < heldForMs &&
      now.wallMs - this.#renewedAt.wallMs < heldForMs
    )
  }

  /** Who holds it, as it was last read. */
  get holder(): string {
    return this.#memory.record?.holder ?? ''
  }

  start(): void {
    this.#begin()
  }

  /**
   * Somebody changed the Lease, as a watch tells: it is looked at now. Nothing is believed of it but that, so news that come late, twice
   * or never do no harm. @param version that it has since; empty: it is gone
   */
  heard(version: string): void {
    this.#heardVersion = version
    if (this.#timer === undefined || !this.#hasNews()) return
    clearTimeout(this.#timer)
    this.#begin()
  }

  #hasNews(): boolean {
    return this.#heardVersion !== undefined && this.#heardVersion !== (this.#memory.record?.version ?? '')
  }

  /** Nothing may be written any more when this is called. Gives the lease up, so that another one can begin at once. */
  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    this.#timer = undefined
    clearTimeout(this.#expiry)
    await this.#round
    const { record } = this.#memory
    const held = this.isHeld
    this.#renewedAt = undefined
    if (!held || record === undefined) return
    // Who cannot be told waits for the end of the lease.
    await this.#replace({ ...record, holder: '' }).catch(() => undefined)
  }

  /** For an end at which writes may still be on their way: the lease runs out by itself. */
  async abandon(): Promise<void> {
    this.#renewedAt = undefined
    await this.stop()
  }

  #begin(): void {
    this.#timer = undefined
    // What was written by somebody else has another version than the one that we would renew.
    if (this.#hasNews()) this.#unsure = true
    this.#heardVersion = undefined
    this.#round = this.#look().then(() => {
      if (this.#stopped) return
      const { timing, random = Math.random } = this.#options
      const wait = this.#hasNews() ? 0 : pauseMs(this.#memory, timing, this.#clock.monotonicMs(), random())
      this.#timer = setTimeout(() => this.#begin(), wait)
    })
  }

  async #look(): Promise<void> {
    try {
      // What we hold is renewed as we know it; anything else is looked at first.
      if (!this.isHeld || this.#unsure) await this.#read()
      this.#unsure = true
      await this.#act()
      this.#unsure = false
      this.#trouble(undefined)
    } catch (error) {
      if (!(error instanceof LbctlError)) throw error
      this.#trouble(error)
    }
    this.#tell()
  }

  async #act(): Promise<void> {
    const { identity } = this.#options
    const step = nextStep(this.#memory, identity, this.#clock.monotonicMs())
    if (this.#stopped || step.kind === 'wait') return
    const begin = this.#now()
    const wasHeld = this.isHeld
    const written = await this.#write(step, microsecondsText(begin.wallMs))
    // Without an answer that it is ours it is not; and who was silent for too long begins anew, though nobody else led meanwhile.
    if (written === undefined || !wasHeld) this.#lose()
    if (written === undefined) return
    this.#memory = remember(this.#memory, written, this.#clock.monotonicMs())
    this.#renewedAt = begin
    this.#tell()
  }

  /** Undefined: somebody else was faster. */
  #write(step: Exclude<LeaseStep, { kind: 'wait' }>, time: string): Promise<LeaseRecord | undefined> {
    const { identity, timing } = this.#options
    const renewed = { holder: identity, durationMs: timing.durationMs, renewTime: time }
    const fresh = { ...renewed, version: '', acquireTime: time, transitions: 0 }
    if (step.kind === 'create') return this.#create(fresh)
    const { record } = step
    if (step.kind === 'renew') return this.#replace({ ...record, ...renewed })
    return this.#replace({ ...fresh, version: record.version, transitions: record.transitions + 1 })
  }

  #lose(): void {
    this.#renewedAt = undefined
    this.#tell()
  }

  #tell(): void {
    clearTimeout(this.#expiry)
    const held = this.isHeld
    if (held && this.#renewedAt !== undefined) {
      const left = this.#renewedAt.monotonicMs + this.#options.timing.heldForMs - this.#clock.monotonicMs()
      this.#expiry = setTimeout(() => this.#tell(), Math.max(1, left + 1))
    }
    if (held === this.#told || this.#stopped) return
    this.#told = held
    this.#options.onChange(held)
  }

  #trouble(error: LbctlError | undefined): void {
    if (error === undefined && !this.#troubled) return
    if (error !== undefined && this.#troubled) return
    this.#troubled = error !== undefined
    this.#options.onTrouble(error)
  }

  #now(): Moment {
    return { monotonicMs: this.#clock.monotonicMs(), wallMs: this.#clock.wallMs() }
  }

  async #read(): Promise<void> {
    const { client, namespace, name } = this.#options
    const answer = await client.call(
      { method: 'GET', path: pathOf(LEASES, { namespace, name }) },
      { repeatable: true, expect: [404] },
    )
    const record = answer.status === 404 ? undefined : recordOf(answer.body)
    this.#memory = remember(this.#memory, record, this.#clock.monotonicMs())
    if (record?.holder !== this.#options.identity) this.#lose()
  }

  /** Undefined: somebody else was faster. */
  async #create(record: LeaseRecord): Promise<LeaseRecord | undefined> {
    const { client, namespace, name } = this.#options
    const path = pathOf(LEASES, { namespace })
    const answer = await client.call(
      { method: 'POST', path, body: leaseObject(record, namespace, name) },
      { repeatable: false, expect: [409] },
    )
    return answer.status === 409 ? undefined : recordOf(answer.body)
  }

  /** Undefined: it is another's meanwhile, or gone. */
  async #replace(record: LeaseRecord): Promise<LeaseRecord | undefined> {
    const { client, namespace, name } = this.#options
    const path = pathOf(LEASES, { namespace, name })
    const answer = await client.call(
      { method: 'PUT', path, body: leaseObject(record, namespace, name) },
      { repeatable: false, expect: [404, 409] },
    )
    return answer.status === 200 ? recordOf(answer.body) : undefined
  }
}
