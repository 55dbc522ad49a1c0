// What this node announces by ARP and NDP now, Service by Service, and what has to change for a new decision.
import { formatIp, type Ip } from '../../net/ip.ts'
import type { ServiceDecision } from '../decide/decider.ts'
import type { Reason } from '../decide/reasons.ts'
import type { ServiceKey } from '../facts/facts.ts'
import { sameValue } from '../facts/same-value.ts'
import { AddressHolders, type Layer2Change } from './address-holders.ts'
import type { Effect, Interfaces, SpeakerEvent } from './effects.ts'

export interface Layer2Announcement {
  readonly service: ServiceKey
  readonly address: Ip
  readonly interfaces: Interfaces
}

interface Held {
  readonly addresses: ReadonlyMap<string, Ip>
  readonly interfaces: Interfaces
  /** none of the interfaces is there, so nothing is announced though this node is the owner */
  readonly missing: boolean
}

export class Layer2Board {
  readonly #nodeName: string
  readonly #held = new Map<ServiceKey, Held>()
  readonly #holders = new AddressHolders()
  #interfaces: ReadonlySet<string> = new Set()

  constructor(nodeName: string) {
    this.#nodeName = nodeName
  }

  /** Interfaces that are there. Returns the Services for which one appeared where there was none, or the last one went. */
  setInterfaces(names: ReadonlySet<string>): readonly ServiceKey[] {
    this.#interfaces = names
    return [...this.#held].flatMap(([key, { interfaces, missing }]) =>
      this.#isMissing(interfaces) === missing ? [] : [key],
    )
  }

  #isMissing(interfaces: Interfaces): boolean {
    return interfaces !== 'all' && !interfaces.some((name) => this.#interfaces.has(name))
  }

  announcements(): readonly Layer2Announcement[] {
    return [...this.#held].flatMap(([service, { addresses, interfaces, missing }]) =>
      missing ? [] : [...addresses.values()].map((address) => ({ service, address, interfaces })),
    )
  }

  /** What became different about addresses since the last call. */
  takeChanges(): readonly Layer2Change[] {
    return this.#holders.take((service) => this.#held.get(service)?.interfaces)
  }

  /** @param decision undefined when the Service is gone */
  update(service: ServiceKey, decision: ServiceDecision | undefined): Effect[] {
    const before = this.#held.get(service)
    const now = decision?.layer2.verdict.announces === true ? this.#hold(decision) : undefined
    if (now === undefined) this.#held.delete(service)
    else this.#held.set(service, now)
    const elsewhere = !sameValue(before?.interfaces, now?.interfaces)
    this.#holders.replace(service, announced(before), announced(now), elsewhere)
    const effects = [
      ...withdrawals(service, before, now, reasonOf(decision)),
      ...announcements(service, before, now),
    ]
    const [shown, shownBefore] = [shownInterfaces(now), shownInterfaces(before)]
    if (!sameValue(shown, shownBefore)) effects.push({ kind: 'layer2-status', service, interfaces: shown })
    for (const event of this.#events(service, before, now)) effects.push({ kind: 'event', event })
    return effects
  }

  #hold({ addresses, layer2 }: ServiceDecision): Held {
    const interfaces = layer2.interfaces ?? 'all'
    return {
      addresses: new Map(addresses.map((address) => [formatIp(address), address])),
      interfaces,
      missing: this.#isMissing(interfaces),
    }
  }

  #events(service: ServiceKey, before: Held | undefined, now: Held | undefined): SpeakerEvent[] {
    if (now === undefined) return []
    const events: SpeakerEvent[] = []
    const suffix = `node "${this.#nodeName}" with protocol "layer2"`
    for (const text of now.missing ? now.addresses.keys() : [])
      if (before?.missing !== true || !before.addresses.has(text))
        events.push({
          type: 'Warning',
          reason: 'announceFailed',
          service,
          message: `the interfaces specified by LB IP "${text}" doesn't exist in assigned ${suffix}`,
        })
    if (before === undefined)
      events.push({ type: 'Normal', reason: 'nodeAssigned', service, message: `announcing from ${suffix}` })
    return events
  }
}

const NO_ADDRESSES: ReadonlyMap<string, Ip> = new Map()

const announced = (held: Held | undefined): ReadonlyMap<string, Ip> =>
  held === undefined || held.missing ? NO_ADDRESSES : held.addresses

/** Addresses that a Service has no longer were changed; for the others the decision says why. */
function reasonOf(decision: ServiceDecision | undefined): Reason {
  if (decision === undefined) return 'serviceDeleted'
  return decision.layer2.verdict.announces ? 'loadBalancerIPChanged' : decision.layer2.verdict.reason
}

function withdrawals(
  service: ServiceKey,
  before: Held | undefined,
  now: Held | undefined,
  reason: Reason,
): Effect[] {
  if (before === undefined || before.missing) return []
  const gone = [...before.addresses].filter(
    ([text]) => now === undefined || now.missing || !now.addresses.has(text),
  )
  return gone.map(([, address]) => ({ kind: 'withdraw-layer2', service, address, reason }))
}

function announcements(service: ServiceKey, before: Held | undefined, now: Held | undefined): Effect[] {
  if (now === undefined || now.missing) return []
  const same = before !== undefined && !before.missing && sameValue(before.interfaces, now.interfaces)
  const fresh = [...now.addresses].filter(([text]) => !same || !before.addresses.has(text))
  return fresh.map(([, address]) => ({
    kind: 'announce-layer2',
    service,
    address,
    interfaces: now.interfaces,
  }))
}

const shownInterfaces = (held: Held | undefined): Interfaces | undefined =>
  held === undefined || held.missing ? undefined : held.interfaces
