// What is asked about one peer, and what the collecting needs to answer it.
import type { Ip, IpFamily } from '../../../net/ip.ts'
import type { Clock, Surroundings } from '../../collect/question.ts'
import type { NetworkTables, TcpSession } from '../../ports/tables.ts'
import type { ExpectedSession } from '../bgp-facts.ts'
import type { TcpProbes } from '../ports.ts'

/** The host that the diagnosis runs on. Without koffi, only what Node and /proc give. */
export interface BgpSurroundings {
  /** undefined: the kernel's tables cannot be read */
  readonly kernel: Surroundings | undefined
  readonly tcp: TcpProbes
  /** sockets whose local or remote port is `port` */
  readonly sessions: NetworkTables['tcpSessions']
  readonly clock: Clock
  readonly hostName: string
  readonly netns: string | undefined
}

export interface BgpQuestion {
  /** as it was typed, or the name of the BGPPeer */
  readonly asked: string
  readonly name: string | undefined
  readonly address: Ip
  readonly zone: string | undefined
  readonly port: number
  /** undefined: the route's */
  readonly source: Ip | undefined
  /** VRF or interface to bind to */
  readonly device: string | undefined
  readonly expected: Omit<ExpectedSession, 'routerId' | 'routerIdFrom'>
  /** undefined: taken from the node */
  readonly routerId: Ip | undefined
  readonly nodeName: string
  /** a secret: it goes into the socket and nowhere else */
  readonly password: string | undefined
  /** of each connection attempt, and of the conversation */
  readonly timeoutMs: number
  /** step 4: our OPEN is sent, too */
  readonly handshake: boolean
  /** families offered in it */
  readonly offer: readonly IpFamily[]
  readonly showRoutes: boolean
  readonly routerVendor: string | undefined
  /** go on although this host has a session to that peer */
  readonly force: boolean
}

/** One at a time: what the kernel counts meanwhile is counted for all. */
export type Turn = <T>(work: () => Promise<T>) => Promise<T>

export function takeTurns(): Turn {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const mine = last.then(work, work)
    last = mine
    return mine
  }
}

/** A socket of a session that is up or comes up; the rest is on its way out. */
export const isLive = ({ state }: Pick<TcpSession, 'state'>): boolean =>
  state === 'established' || state === 'syn-recv' || state === 'syn-sent'
