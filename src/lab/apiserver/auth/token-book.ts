// Who may say who they are: tokens that were given at start, and those that TokenRequest hands out.
import type { ApiUser } from '../http/request.ts'

export interface GivenToken {
  readonly token: string
  readonly user: string
  readonly groups?: readonly string[]
  /** What this user may do besides what RBAC objects allow. */
  readonly rules?: readonly AccessRule[]
}

/** As a rule of a ClusterRole: `*` is everything. */
export interface AccessRule {
  readonly apiGroups?: readonly string[]
  readonly resources?: readonly string[]
  readonly resourceNames?: readonly string[]
  readonly nonResourceURLs?: readonly string[]
  readonly verbs: readonly string[]
  /** Only in this namespace; everywhere where nothing is said. */
  readonly namespace?: string
}

interface IssuedToken {
  readonly user: ApiUser
  readonly namespace: string
  readonly name: string
  readonly accountUid: string
  readonly audiences: readonly string[]
  readonly expiresAtMs: number
}

export const ANONYMOUS: ApiUser = { name: 'system:anonymous', groups: ['system:unauthenticated'] }
export const API_AUDIENCE = 'https://kubernetes.default.svc.cluster.local'

export class TokenBook {
  readonly #given: readonly GivenToken[]
  readonly #issued = new Map<string, IssuedToken>()

  constructor(given: readonly GivenToken[]) {
    this.#given = given
  }

  tokenOf(user: string): string | undefined {
    return this.#given.find((one) => one.user === user)?.token
  }

  rulesOf(user: string): readonly AccessRule[] {
    return this.#given.filter((one) => one.user === user).flatMap((one) => one.rules ?? [])
  }

  issue(token: string, issued: IssuedToken): void {
    this.#issued.set(token, issued)
  }

  issuedFor(token: string): IssuedToken | undefined {
    return this.#issued.get(token)
  }

  /** undefined: the token is no good. `accountUid` finds the uid of a ServiceAccount that is there. */
  userOf(
    token: string,
    nowMs: number,
    accountUid: (namespace: string, name: string) => string | undefined,
  ): ApiUser | undefined {
    const given = this.#given.find((one) => one.token === token)
    if (given !== undefined) {
      return { name: given.user, groups: [...(given.groups ?? []), 'system:authenticated'] }
    }
    const issued = this.#issued.get(token)
    if (issued === undefined || issued.expiresAtMs <= nowMs) return undefined
    return accountUid(issued.namespace, issued.name) === issued.accountUid ? issued.user : undefined
  }
}
