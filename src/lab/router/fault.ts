// What a router with a fault does to everyone who connects, as data and small functions: each fault is exactly one failure on
// the wire, and nothing depends on what the peer is configured with.
import { type Ip, ip } from '../../net/ip.ts'
import type { Capability } from '../../wire/bgp/capability.ts'
import { writeCapability } from '../../wire/bgp/capability-table.ts'
import { unicast } from '../../wire/bgp/families.ts'
import type { BgpMessage } from '../../wire/bgp/message.ts'
import { BGP_ERROR, CEASE, OPEN_ERROR } from '../../wire/bgp/notification-codes.ts'
import { maximumPrefixesData } from '../../wire/bgp/notification-meaning.ts'
import { type OpenMessage, openAsn, shortAsnOf } from '../../wire/bgp/open.ts'
import { Writer } from '../../wire/writer.ts'
import type { FaultName } from './fault-names.ts'

/** Who we are. */
export interface FaultyIdentity {
  readonly asn: number
  readonly routerId: Ip
  /** to propose */
  readonly holdTimeSeconds: number
}

/** One connection, as a fault sees it. */
export interface FaultyConnection {
  readonly router: FaultyIdentity
  send(message: BgpMessage): void
  sendBytes(bytes: Uint8Array): void
  /** in order, after what was sent */
  end(): void
  /** with a reset, at once */
  reset(): void
  after(seconds: number, then: () => void): void
  /** tells the user what was done */
  tell(what: string): void
}

export interface Fault {
  /** what goes wrong, as the end of the sentence "this router …" */
  readonly title: string
  /** nobody listens at all */
  readonly closed?: true
  /** connections must be signed with a password that the peer does not have */
  readonly signed?: true
  /** when a peer has connected */
  readonly greet?: (connection: FaultyConnection) => void
  readonly onOpen?: (connection: FaultyConnection, open: OpenMessage) => void
}

/** RFC 4271 §4.2: the smallest hold time that is one. */
const SHORTEST_HOLD_SECONDS = 3
const HELD_DOWN_ABOVE = 10
/** EVPN: a family that no load balancer announces addresses in. */
const OTHER_FAMILY = { afi: 25, safi: 70 }

export const FAULTS: Readonly<Record<FaultName, Fault>> = {
  'wrong-as': {
    title: 'expects its peers in another AS, and refuses them with Bad Peer AS',
    greet: (connection) => connection.send(openOf(connection.router)),
    onOpen: (connection, open) => {
      const asn = openAsn(open)
      const data = asn > 0xffff ? new Writer().u32(asn) : new Writer().u16(asn)
      notify(connection, [BGP_ERROR.open, OPEN_ERROR.badPeerAs], data.finish())
      connection.tell(`refused AS ${asn} with Bad Peer AS`)
    },
  },
  md5: {
    title: 'asks for TCP MD5 signatures, with a password that is not the one of its peers',
    signed: true,
  },
  refuse: { title: 'has no BGP: nothing listens, and connections are refused', closed: true },
  silent: {
    title: 'accepts connections and never says anything',
    greet: (connection) => connection.tell('accepted, and stays silent'),
  },
  'reset-after-open': {
    title: 'resets the connection when it gets an OPEN',
    greet: (connection) => connection.send(openOf(connection.router)),
    onOpen: (connection) => {
      connection.reset()
      connection.tell('reset the connection after the OPEN')
    },
  },
  'hold-expiry': {
    title: `comes up, hears nothing any more, and ends the session when its hold time of ${SHORTEST_HOLD_SECONDS} s is over`,
    greet: (connection) =>
      connection.send(openOf({ ...connection.router, holdTimeSeconds: SHORTEST_HOLD_SECONDS })),
    onOpen: (connection) => {
      connection.send({ kind: 'keepalive' })
      // The peer must not be the first whose hold time is over.
      for (let second = 1; second < SHORTEST_HOLD_SECONDS; second++)
        connection.after(second, () => connection.send({ kind: 'keepalive' }))
      connection.after(SHORTEST_HOLD_SECONDS, () => {
        notify(connection, [BGP_ERROR.holdTimer, 0])
        connection.tell(`ended the session with Hold Timer Expired after ${SHORTEST_HOLD_SECONDS} s`)
      })
    },
  },
  'no-af': {
    title: 'has neither IPv4 nor IPv6 unicast switched on for its peers, only EVPN',
    // Without an OPEN of its own: the peer would be the first to refuse.
    onOpen: (connection) => {
      // RFC 5492 §5: with the capabilities that are missing.
      const missing = new Writer()
      writeCapability(missing, { kind: 'multiprotocol', family: OTHER_FAMILY })
      notify(connection, [BGP_ERROR.open, OPEN_ERROR.unsupportedCapability], missing.finish())
      connection.tell('refused the OPEN with Unsupported Capability: no address family in common')
    },
  },
  'max-prefix': {
    title: `holds its peers down for having announced more than ${HELD_DOWN_ABOVE} prefixes`,
    greet: (connection) => connection.send(openOf(connection.router)),
    onOpen: (connection) => {
      const data = maximumPrefixesData(unicast(4), HELD_DOWN_ABOVE)
      notify(connection, [BGP_ERROR.cease, CEASE.maximumPrefixes], data)
      connection.tell('ended with Maximum Number of Prefixes Reached')
    },
  },
  malformed: {
    title: 'sends an OPEN whose parameters are longer than the message',
    greet: (connection) => {
      connection.sendBytes(malformedOpen(connection.router))
      connection.tell('sent a malformed OPEN')
    },
  },
}

function openOf({ asn, routerId, holdTimeSeconds }: FaultyIdentity): OpenMessage {
  const families: Capability[] = [unicast(4), unicast(6)].map((family) => ({ kind: 'multiprotocol', family }))
  return {
    ...{ kind: 'open', shortAsn: shortAsnOf(asn), holdTimeSeconds, routerId: ip(4, routerId.value) },
    capabilities: [...families, { kind: 'route-refresh' }, { kind: 'four-octet-as', asn }],
    otherParameters: [],
  }
}

function notify(
  connection: FaultyConnection,
  [code, subcode]: readonly [number, number],
  data: Uint8Array = new Uint8Array(0),
): void {
  connection.send({ kind: 'notification', code, subcode, data })
  connection.end()
}

/** The length of the optional parameters says 64 where none are there. */
function malformedOpen({ asn, routerId, holdTimeSeconds }: FaultyIdentity): Uint8Array {
  const w = new Writer()
  for (let i = 0; i < 4; i++) w.u32(0xffff_ffff)
  w.u16(29).u8(1).u8(4).u16(shortAsnOf(asn)).u16(holdTimeSeconds).u32(Number(routerId.value)).u8(64)
  return w.finish()
}
