// Collects findings. Many neighbours share one list or line: what is wrong there is said once.
import type { Diagnostic, Severity } from '../../config/diagnostic.ts'
import type { Span } from '../../config/source/source.ts'
import type { PlannedNeighbour } from '../plan/router-plan.ts'
import { ROUTER_CODES, type RouterCode } from './codes.ts'

export interface RouterFinding {
  /** one sentence */
  readonly message: string
  readonly at: Span
  readonly hint?: string
  readonly related?: readonly { readonly message: string; readonly at: Span }[]
  readonly neighbour?: PlannedNeighbour
  /** many places may show it, and one is enough */
  readonly once?: boolean
  /** instead of the usual one of the code */
  readonly severity?: Severity
}

export class Findings {
  readonly #found = new Map<string, Diagnostic>()

  report(code: RouterCode, finding: RouterFinding): void {
    const { message, at, hint, related, neighbour } = finding
    const key = finding.once === true ? `${code} ${message}` : `${code} ${at.start} ${at.end} ${message}`
    if (this.#found.has(key)) return
    this.#found.set(key, {
      code,
      severity: finding.severity ?? ROUTER_CODES[code][0],
      message,
      at,
      ...(neighbour === undefined ? {} : { subject: { kind: 'BGPPeer', name: neighbour.peer } }),
      ...(related === undefined ? {} : { related }),
      ...(hint === undefined ? {} : { hint }),
    })
  }

  get diagnostics(): readonly Diagnostic[] {
    return [...this.#found.values()]
  }
}

/** `node "worker-1" (192.0.2.11)` */
export const nodeTitle = (one: PlannedNeighbour, address: string): string => `node "${one.node}" (${address})`
