// Somebody else says that an address of ours is theirs: reported at once, then at most once per second with a count, because
// a duplicate address can claim itself at line rate.
import type { ForeignClaim } from '../../layer2/ports.ts'
import { formatIp } from '../../net/ip.ts'

const REPORT_EVERY_MS = 1000
/** An attacker may send any number of hardware addresses. */
const CLAIMS_REMEMBERED = 1024

export class ForeignClaims {
  readonly #report: (claim: ForeignClaim) => void
  readonly #seen = new Map<string, { nextMs: number; count: number }>()

  constructor(report: (claim: ForeignClaim) => void) {
    this.#report = report
  }

  /** @param nowMs a clock that only goes forward */
  add(claim: Omit<ForeignClaim, 'count'>, nowMs: number): void {
    const key = `${claim.interfaceName} ${claim.kind} ${claim.mac} ${formatIp(claim.address)}`
    const known = this.#seen.get(key)
    if (known !== undefined && nowMs < known.nextMs) {
      known.count++
      return
    }
    if (known === undefined && this.#seen.size >= CLAIMS_REMEMBERED) this.#seen.clear()
    this.#seen.set(key, { nextMs: nowMs + REPORT_EVERY_MS, count: 0 })
    this.#report({ ...claim, count: (known?.count ?? 0) + 1 })
  }
}
