// What the server was asked, by whom, and whether they might: what an audit log of the level Metadata holds.
import type { ApiUser } from '../http/request.ts'
import type { Route } from '../http/route.ts'
import { type Attributes, type Authorizer, attributesOf, refusalFor } from './authorizer.ts'

export interface AuditEvent {
  readonly user: string
  readonly asked: Attributes
  readonly allowed: boolean
}

/** Called before what was asked for is done; must not throw. */
export type Audit = (event: AuditEvent) => void

/** Throws 403 in the words of a real server. */
export function demandRight(
  { authorizer, audit }: { readonly authorizer: Authorizer; readonly audit: Audit },
  user: ApiUser,
  route: Route,
  query?: URLSearchParams,
): void {
  const asked = attributesOf(route, query)
  const allowed = authorizer.reasonFor(user, asked) !== undefined
  audit({ user: user.name, asked, allowed })
  if (!allowed) throw refusalFor(user, route)
}
