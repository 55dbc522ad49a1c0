// Addresses that are asked for on the link before a Service gets them.
import type { Assignment, ServiceKey } from '../../ipam/request.ts'
import { formatIp, type Ip, sameIp } from '../../net/ip.ts'
import type { ProbeOutcome } from '../facts/facts.ts'
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

/** A Service that gets what could not be asked for is told so: whoever looks for a conflict later begins here. */
export function notProbed({ service, addresses }: Probe, outcome: ProbeOutcome): ControllerEvent[] {
  if (outcome.kind !== 'unknown') return []
  const which = addresses.map(formatIp).join(', ')
  const message = `${which} handed out without a probe on the link: ${outcome.why}`
  return [{ type: 'Warning', reason: 'AddressNotProbed', service, message }]
}
