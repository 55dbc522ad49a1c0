// Addresses that are asked for on the link before a Service gets them.
import type { Assignment, ServiceKey } from '../../ipam/request.ts'
import { type Ip, sameIp } from '../../net/ip.ts'
import type { ControllerEvent } from './effects.ts'

export interface Probe {
  readonly token: number
  readonly service: ServiceKey
  /** that are asked for */
  readonly addresses: readonly Ip[]
  /** what the Service gets when nobody answers */
  readonly assignment: Assignment
  readonly events: readonly ControllerEvent[]
}

export class Probes {
  readonly #byService = new Map<ServiceKey, Probe>()
  readonly #byToken = new Map<number, Probe>()
  #tokens = 0

  /** Undefined when the same question is being asked already. */
  begin(wanted: Omit<Probe, 'token'>): Probe | undefined {
    const running = this.#byService.get(wanted.service)
    const isSame =
      running !== undefined &&
      running.addresses.length === wanted.addresses.length &&
      running.addresses.every((address, index) => sameIp(address, wanted.addresses[index] as Ip))
    this.end(wanted.service)
    const probe: Probe = { ...wanted, token: isSame ? running.token : ++this.#tokens }
    this.#byService.set(wanted.service, probe)
    this.#byToken.set(probe.token, probe)
    return isSame ? undefined : probe
  }

  /** The answer to it means nothing any more. */
  end(service: ServiceKey): void {
    const probe = this.#byService.get(service)
    if (probe === undefined) return
    this.#byService.delete(service)
    this.#byToken.delete(probe.token)
  }

  /** Undefined for an answer to a question that nobody asks any more. */
  answered(token: number): Probe | undefined {
    const probe = this.#byToken.get(token)
    if (probe !== undefined) this.end(probe.service)
    return probe
  }
}
