// What every handler needs: the store, what is served, and the outside world as functions, so that the core has no clock
// and no randomness of its own.
import type { Admission } from './admission/admission.ts'
import type { Audit } from './auth/audit.ts'
import type { Authorizer } from './auth/authorizer.ts'
import type { TokenBook } from './auth/token-book.ts'
import type { ServiceClaims } from './builtins/service-claims.ts'
import type { Faults } from './faults.ts'
import type { PodLogSource } from './http/pod-log-source.ts'
import type { KindRegistry } from './registry/kind-registry.ts'
import type { RuleContext } from './registry/served-kind.ts'
import type { ObjectStore } from './storage/object-store.ts'
import type { Presenter } from './storage/presenter.ts'

export interface World {
  readonly store: ObjectStore
  readonly registry: KindRegistry
  readonly presenter: Presenter
  readonly admission: Admission
  readonly authorizer: Authorizer
  readonly audit: Audit
  readonly tokens: TokenBook
  readonly faults: Faults
  readonly claims: ServiceClaims
  now(): Date
  /** A whole number from 0 to below `bound`. */
  random(bound: number): number
  uuid(): string
  /** Resolves after a while, or when the server stops. */
  pause(milliseconds: number): Promise<void>
  /** What containers printed, where somebody plays kubelet. */
  readonly podLog?: PodLogSource | undefined
  /** What discovery says of where the server is. */
  address(): string
}

/** metav1.Time: whole seconds, UTC. */
export const timeText = (date: Date): string => `${date.toISOString().slice(0, 19)}Z`

export function ruleContext(world: World, subresource: string, warn: (text: string) => void): RuleContext {
  return {
    nowIso: timeText(world.now()),
    subresource,
    claims: world.claims,
    random: (bound) => world.random(bound),
    warn,
  }
}
