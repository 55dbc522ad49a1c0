// The kernel's tables over rtnetlink and sock_diag. Each call opens its own socket: it then belongs to the namespace that the
// main thread is in, and nothing is left open.
import type { NetworkTables, RouteAnswer } from '../../diagnose/ports/tables.ts'
import { ERRNO } from '../errno.ts'
import type { Libc } from '../libc.ts'
import { SystemCallError } from '../system-call-error.ts'
import { addressesRequest, decodeAddress, RTM_ADDRESS } from './addresses.ts'
import { decodeIpSet, IPSET_LIST, ipSetsRequest, joinIpSets } from './ip-sets.ts'
import { decodeLink, linksRequest, RTM_LINK } from './links.ts'
import { decodeNeighbour, neighboursRequest, RTM_NEIGHBOUR } from './neighbours.ts'
import { NETLINK, type NetlinkSocket, netlinkBuffer, withNetlink } from './netlink-socket.ts'
import {
  decodeRoute,
  decodeRouteAnswer,
  RTM_ROUTE,
  refusedRoute,
  routeQuestion,
  routesRequest,
} from './routes.ts'
import { decodeRule, RTM_RULE, rulesRequest } from './rules.ts'
import { decodeTcpSession, SOCK_DIAG_BY_FAMILY, tcpSocketsRequest } from './sock-diag.ts'

export function networkTables(libc: Libc): NetworkTables {
  // A question is answered before the next one is asked.
  const buffer = netlinkBuffer()
  const asking = <T>(protocol: number, ask: (socket: NetlinkSocket) => T): T =>
    withNetlink(libc, protocol, ask, buffer)
  const dump = <T>(type: number, request: Uint8Array, decode: (payload: Buffer) => T | undefined): T[] =>
    asking(NETLINK.route, (socket) => socket.dump(type, request, decode))
  return {
    links: async () => dump(RTM_LINK.get, linksRequest(), decodeLink),
    addresses: async () => dump(RTM_ADDRESS.get, addressesRequest(), decodeAddress),
    neighbours: async () => [
      ...dump(RTM_NEIGHBOUR.get, neighboursRequest(false), decodeNeighbour),
      ...dump(RTM_NEIGHBOUR.get, neighboursRequest(true), decodeNeighbour),
    ],
    routes: async () => dump(RTM_ROUTE.get, routesRequest(), decodeRoute),
    rules: async () => dump(RTM_RULE.get, rulesRequest(), decodeRule),
    routeTo: async (question) =>
      asking(NETLINK.route, (socket): RouteAnswer => {
        try {
          const answer = socket.get(RTM_ROUTE.get, routeQuestion(question), decodeRouteAnswer)
          if (answer === undefined) throw new Error('the kernel answered a route look-up without a route')
          return answer
        } catch (error) {
          if (error instanceof SystemCallError && error.syscall === 'netlink')
            return refusedRoute(error.errno)
          throw error
        }
      }),
    addressSets: async () =>
      asking(NETLINK.netfilter, (socket) => {
        try {
          return joinIpSets(socket.dump(IPSET_LIST, ipSetsRequest(), decodeIpSet))
        } catch (error) {
          // nfnetlink knows no such subsystem: the kernel has no sets.
          if (error instanceof SystemCallError && error.errno === ERRNO.EINVAL) return []
          throw error
        }
      }),
    tcpSessions: async (port) =>
      asking(NETLINK.sockDiag, (socket) =>
        ([4, 6] as const)
          .flatMap((family) => socket.dump(SOCK_DIAG_BY_FAMILY, tcpSocketsRequest(family), decodeTcpSession))
          .filter((session) => session.local.port === port || session.remote.port === port),
      ),
    watch: async (onChange) => (await import('./monitor.ts')).watchNetwork(libc, onChange),
  }
}
