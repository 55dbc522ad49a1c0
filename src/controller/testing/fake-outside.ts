// The outside of a running controller, for tests: a server with versions that can refuse, a lease that comes and goes, and a clock that
// is turned by hand.
import type { Ip } from '../../net/ip.ts'
import type { FactChange, ProbeOutcome, ServiceFact } from '../facts/facts.ts'
import { serviceKey } from '../facts/facts.ts'
import type { ControllerClock, ControllerPorts, ControllerReport, WriteOutcome } from '../ports.ts'
import type { StatusWrite } from '../state/effects.ts'
import { withStatus } from '../state/wanted-status.ts'

export class FakeClock implements ControllerClock {
  #nowMs = 0
  readonly #waiting = new Set<{ readonly atMs: number; readonly then: () => void }>()

  nowMs(): number {
    return this.#nowMs
  }
  after(ms: number, then: () => void): () => void {
    const entry = { atMs: this.#nowMs + ms, then }
    this.#waiting.add(entry)
    return () => this.#waiting.delete(entry)
  }
  get pending(): number {
    return this.#waiting.size
  }

  /** Lets time pass, and everything happen that is due. */
  async advance(ms: number): Promise<void> {
    const end = this.#nowMs + ms
    for (;;) {
      await settle()
      const due = [...this.#waiting].filter(({ atMs }) => atMs <= end).sort((a, b) => a.atMs - b.atMs)[0]
      if (due === undefined) break
      this.#waiting.delete(due)
      this.#nowMs = Math.max(this.#nowMs, due.atMs)
      due.then()
    }
    this.#nowMs = end
  }
}

/** Long enough for everything that only waits for promises. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve()
}

/** Keeps Services and refuses writes to a version that is not the last. */
export class FakeServer {
  readonly services = new Map<string, ServiceFact>()
  readonly written: StatusWrite[] = []
  /** what the next writes come to, instead of being made */
  readonly answers: WriteOutcome[] = []
  readonly watchers = new Set<(changes: readonly FactChange[]) => void>()
  watchIsSlow = false
  #version = 0

  put(service: ServiceFact): void {
    const kept = { ...service, version: String(++this.#version) }
    this.services.set(serviceKey(kept), kept)
    if (!this.watchIsSlow) this.tell(kept)
  }

  tell(service: ServiceFact): void {
    for (const watcher of this.watchers) watcher([{ kind: 'service', service }])
  }

  async write(write: StatusWrite): Promise<WriteOutcome> {
    await Promise.resolve()
    const answer = this.answers.shift()
    if (answer !== undefined) return answer
    const service = this.services.get(write.service)
    if (service === undefined) return { kind: 'gone' }
    if (write.basedOn !== service.version) return { kind: 'conflict' }
    this.written.push(write)
    this.put(withStatus(service, write.status, undefined))
    return { kind: 'written', version: this.services.get(write.service)?.version }
  }
}

export class FakeLease {
  #isHeld = false
  #then: (isHeld: boolean) => void = () => undefined
  /** the process was asleep: nobody told it, but the time is over */
  hasRunOut = false

  get isHeld(): boolean {
    return this.#isHeld && !this.hasRunOut
  }
  onChange(then: (isHeld: boolean) => void): void {
    this.#then = then
  }
  set(isHeld: boolean): void {
    this.#isHeld = isHeld
    this.hasRunOut = false
    this.#then(isHeld)
  }
}

export interface FakeOutside {
  readonly ports: ControllerPorts
  readonly clock: FakeClock
  readonly lease: FakeLease
  readonly reports: ControllerReport[]
  /** `pool assigned/available` of IPv4, and `condition` */
  readonly others: string[]
  /** Services that it tried to write */
  readonly tried: string[]
}

export function fakeOutside(
  server: FakeServer,
  clock = new FakeClock(),
  probe?: (addresses: readonly Ip[]) => Promise<ProbeOutcome>,
): FakeOutside {
  const lease = new FakeLease()
  const reports: ControllerReport[] = []
  const others: string[] = []
  const tried: string[] = []
  const written: WriteOutcome = { kind: 'written', version: undefined }
  const ports: ControllerPorts = {
    writer: {
      writeService: (write) => {
        tried.push(write.service)
        return server.write(write)
      },
      writePool: (pool, { assignedIPv4, availableIPv4 }) => {
        others.push(`${pool} ${assignedIPv4}/${availableIPv4}`)
        return Promise.resolve(written)
      },
      writeConfiguration: ({ status, message }) => {
        others.push(`${status} ${message}`.trim())
        return Promise.resolve(written)
      },
    },
    events: { record: () => undefined },
    lease,
    prober: probe === undefined ? undefined : { probe },
    clock,
    random: () => 1,
    report: (report) => reports.push(report),
  }
  return { ports, clock, lease, reports, others, tried }
}
