// The routes that a peer sends while we watch: kept to be listed, never used and never passed on.
import { formatIp, type IpFamily } from '../../net/ip.ts'
import { formatPrefix } from '../../net/prefix.ts'
import type { BgpContext } from '../../wire/bgp/context.ts'
import { decodeBgpMessage } from '../../wire/bgp/message.ts'
import type { OpenMessage } from '../../wire/bgp/open.ts'
import { routeChanges } from '../../wire/bgp/route-changes.ts'
import type { UpdateMessage } from '../../wire/bgp/update.ts'
import type { RouteLine } from './bgp-facts.ts'

/** More are counted and not listed. */
const MOST_LISTED = 10_000

export class ReceivedRoutes {
  updates = 0
  /** of UPDATEs that could not be read */
  readonly errors: string[] = []
  readonly endOfRib: IpFamily[] = []
  readonly #routes = new Map<string, RouteLine>()
  readonly #context: BgpContext

  /** @param peer its OPEN; ours offers four-byte AS numbers and nothing else that changes an UPDATE */
  constructor(peer: OpenMessage) {
    this.#context = {
      asn4: peer.capabilities.some(({ kind }) => kind === 'four-octet-as'),
      extendedMessage: false,
      addPath: [],
      extendedNextHop: false,
      peer: 'unknown',
    }
  }

  /** Returns the family whose routes are complete now. */
  take(bytes: Uint8Array): IpFamily | undefined {
    this.updates++
    const decoded = decodeBgpMessage(bytes, this.#context)
    for (const { reason } of decoded.errors) if (this.errors.length < 16) this.errors.push(reason)
    if (!decoded.ok || decoded.value.kind !== 'update') return undefined
    const changes = routeChanges(decoded.value, decoded.errors)
    for (const { routes } of changes.withdrawn)
      for (const { prefix } of routes) this.#routes.delete(formatPrefix(prefix))
    const asPath = asPathText(decoded.value)
    for (const { nextHop, routes } of changes.announced)
      for (const { prefix } of routes) {
        const text = formatPrefix(prefix)
        this.#routes.set(text, { prefix: text, nextHop: formatIp(nextHop), asPath })
      }
    if (changes.endOfRib !== undefined && !this.endOfRib.includes(changes.endOfRib))
      this.endOfRib.push(changes.endOfRib)
    return changes.endOfRib
  }

  get count(): number {
    return this.#routes.size
  }

  lines(): RouteLine[] {
    return [...this.#routes.values()].slice(0, MOST_LISTED)
  }
}

/** `64513 {64514 64515}`, as routers print it */
function asPathText({ attributes }: UpdateMessage): string {
  const path = attributes.find((attribute) => attribute.kind === 'as-path')
  if (path === undefined) return ''
  return path.segments
    .map(({ kind, asns }) => (kind === 'sequence' ? asns.join(' ') : `{${asns.join(' ')}}`))
    .join(' ')
}
