// Somebody else answers for an address that we hold: who, where, since when.
import { formatIp, type Ip } from '../net/ip.ts'
import type { Mac } from '../net/mac.ts'
import type { ForeignClaim } from './ports.ts'

export interface Conflict {
  readonly interfaceName: string
  readonly address: Ip
  /** hardware address of the other */
  readonly mac: Mac
  /** how it showed last */
  readonly claim: ForeignClaim['kind']
  readonly count: number
  readonly firstMs: number
  readonly lastMs: number
  /** it was seen just after we took the address over only: the owner before, most likely, on its last words */
  readonly duringTakeover: boolean
}

/** Told again at most this often while it goes on. */
const REPEAT_MS = 60_000
/** Silent for so long, it is over. */
const OVER_MS = 300_000
/** An attacker may send any number of hardware addresses. */
const REMEMBERED = 256

interface Entry extends Conflict {
  /** of the address */
  readonly text: string
  readonly toldMs: number
}

export class Conflicts {
  readonly #entries = new Map<string, Entry>()

  /** The conflict when it is news; undefined when it was told of a short while ago. */
  add(claim: ForeignClaim, isFresh: boolean, nowMs: number): Conflict | undefined {
    const { interfaceName, address, mac, kind, count } = claim
    const text = formatIp(address)
    const key = `${interfaceName} ${text} ${mac}`
    const known = this.#entries.get(key)
    const before = known !== undefined && nowMs - known.lastMs < OVER_MS ? known : undefined
    if (before === undefined && this.#entries.size >= REMEMBERED) this.#forgetOldest()
    const duringTakeover = isFresh && (before?.duringTakeover ?? true)
    const isNews =
      before === undefined || nowMs - before.toldMs >= REPEAT_MS || before.duringTakeover !== duringTakeover
    const entry: Entry = {
      interfaceName,
      address,
      mac,
      claim: kind,
      count: (before?.count ?? 0) + count,
      firstMs: before?.firstMs ?? nowMs,
      lastMs: nowMs,
      duringTakeover,
      text,
      toldMs: isNews ? nowMs : (before?.toldMs ?? nowMs),
    }
    this.#entries.delete(key)
    this.#entries.set(key, entry)
    return isNews ? entry : undefined
  }

  /** An address that is not held any more is nobody's to fight over. @param text of the address */
  forget(text: string): void {
    for (const [key, entry] of this.#entries) if (entry.text === text) this.#entries.delete(key)
  }

  /** Those that are not over, the latest last; not what may have been the last words of the owner before. */
  current(nowMs: number): readonly Conflict[] {
    return [...this.#entries.values()].filter(
      ({ lastMs, duringTakeover }) => !duringTakeover && nowMs - lastMs < OVER_MS,
    )
  }

  #forgetOldest(): void {
    const [oldest] = this.#entries.keys()
    if (oldest !== undefined) this.#entries.delete(oldest)
  }
}
