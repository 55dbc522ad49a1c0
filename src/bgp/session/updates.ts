// What an established session does with an UPDATE or a ROUTE-REFRESH of the peer.
// Standards: RFC 7606 §2 (actions for errors); RFC 6793 §4.2.3; RFC 2918 §4; RFC 7313 §4.
import type { IpFamily } from '../../net/ip.ts'
import { widenAsns } from '../../wire/bgp/as-path.ts'
import type { BgpError } from '../../wire/bgp/bgp-error.ts'
import { unicastFamily } from '../../wire/bgp/families.ts'
import type { RouteRefreshMessage } from '../../wire/bgp/message.ts'
import { type RouteChanges, routeChanges } from '../../wire/bgp/route-changes.ts'
import type { UpdateMessage } from '../../wire/bgp/update.ts'
import type { Agreement } from './agreement.ts'
import type { SessionEffect } from './effects.ts'
import type { Session } from './state.ts'

interface Taken {
  readonly givenUp: readonly IpFamily[]
  readonly effects: readonly SessionEffect[]
}

export function takeUpdate(
  { givenUp }: Session,
  agreement: Agreement,
  update: UpdateMessage,
  errors: readonly BgpError[],
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
  const changes = only(routeChanges(update, errors), wanted)
  if (changes.announced.length > 0 || changes.withdrawn.length > 0 || changes.endOfRib !== undefined)
    effects.push({
      ...{ kind: 'apply', changes },
      attributes: agreement.receiving.asn4 ? update.attributes : widenAsns(update.attributes),
    })
  return { givenUp: ignored, effects }
}

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
