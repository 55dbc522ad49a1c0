// The peer of an Adj-RIB-Out in tests: it has what the messages that it was given amount to.
import type { IpFamily } from '../../net/ip.ts'
import { formatIp } from '../../net/ip.ts'
import { formatPrefix, type Prefix } from '../../net/prefix.ts'
import { widenAsns } from '../../wire/bgp/as-path.ts'
import type { BgpContext } from '../../wire/bgp/context.ts'
import { unicastFamily } from '../../wire/bgp/families.ts'
import { type BgpMessage, decodeBgpMessage } from '../../wire/bgp/message.ts'
import type { PathAttribute } from '../../wire/bgp/path-attribute.ts'
import { routeChanges } from '../../wire/bgp/route-changes.ts'
import type { UpdateMessage } from '../../wire/bgp/update.ts'

export interface HeardRoute {
  readonly prefix: Prefix
  /** next hops and attributes as a text that is equal for equal routes */
  readonly attributes: string
}

/** What one call of `hear` brought. */
export interface Heard {
  readonly announced: readonly string[]
  readonly withdrawn: readonly string[]
  readonly marks: readonly string[]
}

export class RouteReceiver {
  readonly routes = new Map<string, HeardRoute>()
  readonly #stale = new Set<string>()
  updates = 0

  hear(messages: readonly Uint8Array[], context: BgpContext): Heard {
    const heard = { announced: [] as string[], withdrawn: [] as string[], marks: [] as string[] }
    for (const bytes of messages) {
      const decoded = decodeBgpMessage(bytes, context)
      if (!decoded.ok || decoded.errors.length > 0) throw new Error(JSON.stringify(decoded.errors))
      if (decoded.value.kind === 'update') this.#update(decoded.value, heard)
      else heard.marks.push(this.#mark(decoded.value))
    }
    return heard
  }

  #update(update: UpdateMessage, heard: { announced: string[]; withdrawn: string[]; marks: string[] }): void {
    const { announced, withdrawn, endOfRib } = routeChanges(update, [])
    if (endOfRib === undefined) this.updates++
    else heard.marks.push(`end of IPv${endOfRib}`)
    for (const { routes } of withdrawn)
      for (const { prefix } of routes) {
        heard.withdrawn.push(formatPrefix(prefix))
        this.routes.delete(formatPrefix(prefix))
      }
    const others = attributesText(update.attributes)
    for (const { nextHop, linkLocal, routes } of announced) {
      const via = [nextHop, ...(linkLocal === undefined ? [] : [linkLocal])].map(formatIp).join('+')
      for (const { prefix } of routes) {
        const name = formatPrefix(prefix)
        heard.announced.push(name)
        this.#stale.delete(name)
        this.routes.set(name, { prefix, attributes: `via ${via} ${others}` })
      }
    }
  }

  /** RFC 7313 §4: what was not sent again between the marks is gone. */
  #mark(message: BgpMessage): string {
    if (message.kind !== 'route-refresh') throw new Error(`unexpected ${message.kind}`)
    const family = unicastFamily(message.family) as IpFamily
    for (const [name, { prefix }] of this.routes) {
      if (prefix.family !== family) continue
      if (message.subtype === 'begin') this.#stale.add(name)
      else if (this.#stale.delete(name)) this.routes.delete(name)
    }
    return `${message.subtype} of refresh of IPv${family}`
  }
}

const attributesText = (attributes: readonly PathAttribute[]): string =>
  widenAsns(attributes)
    .map((attribute) => {
      switch (attribute.kind) {
        case 'origin':
          return attribute.origin
        case 'as-path':
          return `path [${attribute.segments.flatMap(({ asns }) => asns).join(' ')}]`
        case 'local-preference':
          return `preference ${attribute.value}`
        case 'communities':
          return `communities ${attribute.communities.join()}`
        case 'large-communities':
          return `large ${attribute.communities.map((c) => `${c.global}:${c.local1}:${c.local2}`).join()}`
        case 'next-hop':
        case 'mp-reach':
        case 'mp-unreach':
          return ''
        default:
          throw new Error(`unexpected ${attribute.kind}`)
      }
    })
    .filter((text) => text !== '')
    .join(' ')
