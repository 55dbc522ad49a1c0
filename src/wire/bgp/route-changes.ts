// What an UPDATE does to the routes of the peer: both ways to write IPv4, and the errors, have had their effect.
import type { Ip, IpFamily } from '../../net/ip.ts'
import type { BgpError } from './bgp-error.ts'
import type { BgpRoute } from './route.ts'
import type { UpdateMessage } from './update.ts'

/** Routes of one family that came together. */
export interface AnnouncedRoutes {
  readonly family: IpFamily
  readonly nextHop: Ip
  readonly linkLocal?: Ip
  readonly routes: readonly BgpRoute[]
}

export interface WithdrawnRoutes {
  readonly family: IpFamily
  readonly routes: readonly BgpRoute[]
}

/** What an UPDATE does to the routes of the peer, after its errors have had their effect. */
export interface RouteChanges {
  readonly announced: readonly AnnouncedRoutes[]
  readonly withdrawn: readonly WithdrawnRoutes[]
  /** the peer has sent all that it has of this family */
  readonly endOfRib: IpFamily | undefined
}

/** @param errors that came with the update; none of them is a reset */
export function routeChanges(update: UpdateMessage, errors: readonly BgpError[]): RouteChanges {
  const announced = announcements(update)
  const withdrawn: WithdrawnRoutes[] = []
  if (update.withdrawn.length > 0) withdrawn.push({ family: 4, routes: update.withdrawn })
  for (const attribute of update.attributes)
    if (attribute.kind === 'mp-unreach' && attribute.routes.length > 0)
      withdrawn.push({ family: attribute.family, routes: attribute.routes })
  // RFC 7606 §2: a family that is given up keeps no routes either, so the same is done to what came beside it.
  if (errors.every(({ action }) => action === 'discard-attribute'))
    return { announced, withdrawn, endOfRib: errors.length > 0 ? undefined : endOfRib(update) }
  if (update.announced.length > 0) withdrawn.push({ family: 4, routes: update.announced })
  for (const attribute of update.attributes)
    if (attribute.kind === 'mp-reach' && attribute.routes.length > 0)
      withdrawn.push({ family: attribute.family, routes: attribute.routes })
  return { announced: [], withdrawn, endOfRib: undefined }
}

function announcements({ attributes, announced }: UpdateMessage): AnnouncedRoutes[] {
  const all: AnnouncedRoutes[] = []
  for (const attribute of attributes) {
    if (attribute.kind === 'next-hop' && announced.length > 0)
      all.push({ family: 4, nextHop: attribute.address, routes: announced })
    if (attribute.kind === 'mp-reach' && attribute.routes.length > 0) {
      const { family, nextHop, linkLocal, routes } = attribute
      all.push({ family, nextHop, routes, ...(linkLocal === undefined ? {} : { linkLocal }) })
    }
  }
  return all
}

/** RFC 4724 §2: nothing at all, or an MP_UNREACH_NLRI without routes and nothing else. */
export function endOfRib({ withdrawn, attributes, announced }: UpdateMessage): IpFamily | undefined {
  if (withdrawn.length > 0 || announced.length > 0 || attributes.length > 1) return undefined
  const only = attributes[0]
  if (only === undefined) return 4
  return only.kind === 'mp-unreach' && only.routes.length === 0 ? only.family : undefined
}

/** The End-of-RIB to send. */
export const endOfRibUpdate = (family: IpFamily): UpdateMessage => ({
  kind: 'update',
  withdrawn: [],
  attributes: family === 4 ? [] : [{ kind: 'mp-unreach', family, routes: [] }],
  announced: [],
})
