// The listeners of a speaker, and the signatures (RFC 2385) that they ask of each peer.
import { formatIp, type Ip, type IpFamily, ip } from '../net/ip.ts'
import { formatPrefix } from '../net/prefix.ts'
import type { DynamicPeers } from './dynamic-peers.ts'
import type { BgpListener } from './ports.ts'

interface Key {
  readonly address: Ip
  readonly password: string
  readonly prefixLength?: number
}

export class ListenerKeys {
  readonly #listeners = new Map<BgpListener, IpFamily>()
  #peers: ReadonlyMap<string, Key> = new Map()
  #prefixes: ReadonlyMap<string, Key> = new Map()

  /** @throws LbctlError where signatures cannot be had */
  add(family: IpFamily, listener: BgpListener): void {
    this.#listeners.set(listener, family)
    for (const key of [...this.#peers.values(), ...this.#prefixes.values()])
      if (key.address.family === family) listener.setKey(key.address, key.password, key.prefixLength)
  }

  /** Replaces the keys of single addresses. Of several for one address the first counts. */
  set(keys: readonly Key[]): void {
    const next = new Map<string, Key>()
    for (const key of keys) {
      const name = formatIp(key.address)
      if (!next.has(name)) next.set(name, key)
    }
    this.#change(this.#peers, next)
    this.#peers = next
  }

  setPrefixes(rules: readonly DynamicPeers[]): void {
    const next = new Map<string, Key>()
    for (const { prefixes, remote } of rules)
      for (const prefix of prefixes)
        if (remote.password !== undefined)
          next.set(formatPrefix(prefix), {
            ...{ address: ip(prefix.family, prefix.base), prefixLength: prefix.length },
            password: remote.password,
          })
    this.#change(this.#prefixes, next)
    this.#prefixes = next
  }

  async close(listener: BgpListener): Promise<void> {
    this.#listeners.delete(listener)
    await listener.close()
  }

  async closeAll(): Promise<void> {
    await Promise.all([...this.#listeners.keys()].map((listener) => this.close(listener)))
  }

  #change(old: ReadonlyMap<string, Key>, next: ReadonlyMap<string, Key>): void {
    for (const [listener, family] of this.#listeners) {
      for (const [name, { address, prefixLength }] of old)
        if (address.family === family && !next.has(name)) listener.setKey(address, undefined, prefixLength)
      for (const [name, { address, password, prefixLength }] of next)
        if (address.family === family && old.get(name)?.password !== password)
          listener.setKey(address, password, prefixLength)
    }
  }
}
