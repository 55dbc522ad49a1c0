// Which Services announce an address (several may share it), and about which addresses somebody has to be told.
import type { Ip } from '../../net/ip.ts'
import type { ServiceKey } from '../facts/facts.ts'
import type { Interfaces } from './effects.ts'

/** What becomes of one address, whatever it was before. */
export interface Layer2Change {
  readonly address: Ip
  /** undefined: not announced any more */
  readonly interfaces: Interfaces | undefined
}

type Addresses = ReadonlyMap<string, Ip>

export class AddressHolders {
  /** by text of the address; a set where it is shared, which is rare */
  readonly #holders = new Map<string, ServiceKey | Set<ServiceKey>>()
  #touched = new Map<string, Ip>()

  /**
   * A Service that was decided again announces `now` and no longer `before`.
   * @param elsewhere on other interfaces than before
   */
  replace(service: ServiceKey, before: Addresses, now: Addresses, elsewhere: boolean): void {
    for (const [text, address] of before) {
      if (now.has(text)) continue
      this.#touched.set(text, address)
      this.#remove(text, service)
    }
    for (const [text, address] of now) {
      const isNew = !before.has(text)
      if (isNew) this.#add(text, service)
      if (isNew || elsewhere) this.#touched.set(text, address)
    }
  }

  /** @param interfacesOf a Service that announces something */
  take(interfacesOf: (service: ServiceKey) => Interfaces | undefined): readonly Layer2Change[] {
    const touched = this.#touched
    this.#touched = new Map()
    return [...touched].map(([text, address]) => {
      const holders = this.#holders.get(text)
      if (holders === undefined) return { address, interfaces: undefined }
      const services = typeof holders === 'string' ? [holders] : [...holders]
      return { address, interfaces: together(services.map((service) => interfacesOf(service) ?? [])) }
    })
  }

  #add(text: string, service: ServiceKey): void {
    const holders = this.#holders.get(text)
    if (holders === undefined) this.#holders.set(text, service)
    else if (typeof holders === 'string') this.#holders.set(text, new Set([holders, service]))
    else holders.add(service)
  }

  #remove(text: string, service: ServiceKey): void {
    const holders = this.#holders.get(text)
    if (holders === service) this.#holders.delete(text)
    else if (holders instanceof Set) {
      holders.delete(service)
      const [last] = holders
      if (holders.size === 1 && last !== undefined) this.#holders.set(text, last)
    }
  }
}

function together(all: readonly Interfaces[]): Interfaces {
  const [first, ...others] = all
  if (first !== undefined && others.length === 0) return first
  return all.includes('all') ? 'all' : [...new Set(all.flat())]
}
