// What an established session does with an UPDATE or a ROUTE-REFRESH of the peer.
// Standards: RFC 7606 §2 (actions for errors); RFC 6793 §4.2.3; RFC 2918 §4; RFC 7313 §4.
import type { IpFamily } from '../../net/ip.ts'
import { widenAsns } from '../../wire/bgp/as-path.ts'
import type { BgpError } from '../../wire/bgp/bgp-error.ts'
import { unicastFamily } from '../../wire/bgp/families.ts'
import type { RouteRefreshMessage } from '../../wire/bgp/message.ts'
import type { PathAttribute } from '../../wire/bgp/path-attribute.ts'
import { type RouteChanges, routeChanges } from '../../wire/bgp/route-changes.ts'
import type { UpdateMessage } from '../../wire/bgp/update.ts'
import type { Agreement } from './agreement.ts'
import type { SessionEffect } from './effects.ts'
import type { Session } from './state.ts'

interface Taken {
  readonly givenUp: readonly IpFamily[]
  readonly effects: readonly SessionEffect[]
}

/** What an UPDATE asks for, for the speaker with this AS number. */
export function takeUpdate(
  { givenUp }: Session,
  agreement: Agreement,
  { update, errors }: { readonly update: UpdateMessage; readonly errors: readonly BgpError[] },
  localAsn: number,
): Taken {
  const effects: SessionEffect[] = errors.length === 0 ? [] : [{ kind: 'update-errors', errors }]
  const lost = errors.flatMap((error) => {
    const family = error.action === 'disable-family' && error.family ? unicastFamily(error.family) : undefined
    return family === undefined || givenUp.includes(family) ? [] : [family]
  })
  for (const family of new Set(lost)) effects.push({ kind: 'inbound', action: 'clear', family })
  const ignored = [...givenUp, ...new Set(lost)]
  const wanted = (family: IpFamily): boolean =>
    agreement.families.includes(family) && !ignored.includes(family)
  const attributes = agreement.receiving.asn4 ? update.attributes : widenAsns(update.attributes)
  const all = only(routeChanges(update, errors), wanted)
  const changes = passesThrough(attributes, localAsn) ? withoutLoops(all) : all
  if (changes.announced.length > 0 || changes.withdrawn.length > 0 || changes.endOfRib !== undefined)
    effects.push({ kind: 'apply', changes, attributes })
  return { givenUp: ignored, effects }
}

/** RFC 4271 §9.1.2: a route whose AS_PATH has our own number in it came from us, and is none for us. */
const passesThrough = (attributes: readonly PathAttribute[], localAsn: number): boolean =>
  attributes.some((one) => one.kind === 'as-path' && one.segments.some(({ asns }) => asns.includes(localAsn)))

/** It takes the place of what was announced before, all the same. */
const withoutLoops = ({ announced, withdrawn, endOfRib }: RouteChanges): RouteChanges => ({
  ...{ announced: [], endOfRib },
  withdrawn: [...withdrawn, ...announced.map(({ family, routes }) => ({ family, routes }))],
})

const only = (changes: RouteChanges, wanted: (family: IpFamily) => boolean): RouteChanges => ({
  announced: changes.announced.filter(({ family }) => wanted(family)),
  withdrawn: changes.withdrawn.filter(({ family }) => wanted(family)),
  endOfRib: changes.endOfRib !== undefined && wanted(changes.endOfRib) ? changes.endOfRib : undefined,
})

/** What was not agreed on is ignored (RFC 2918 §4, RFC 7313 §5). */
export function takeRefresh(agreement: Agreement, refresh: RouteRefreshMessage): SessionEffect[] {
  const family = unicastFamily(refresh.family)
  if (family === undefined || !agreement.families.includes(family) || !agreement.routeRefresh) return []
  const enhanced = agreement.enhancedRouteRefresh
  if (refresh.subtype === 'request') return [{ kind: 'refresh', family, enhanced }]
  if (!enhanced) return []
  // RFC 7313 §4: what is not announced again between the marks is gone.
  if (refresh.subtype === 'begin') return [{ kind: 'inbound', action: 'mark-stale', family }]
  if (refresh.subtype === 'end') return [{ kind: 'inbound', action: 'drop-stale', family }]
  return []
}
