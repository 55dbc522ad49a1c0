// What sessions tell → records of the log, with the words that MetalLB's native speaker uses for the same thing.
import type { BgpPeerOptions } from '../../bgp/peer.ts'
import type { BgpReport, PeerReport } from '../../bgp/report.ts'
import { formatIp } from '../../net/ip.ts'
import { BGP_ERROR, type NotificationContent } from '../../wire/bgp/notification-codes.ts'
import { describeNotification } from '../../wire/describe/describe-bgp-notification.ts'
import { RESTART_SECONDS } from '../bgp/peer-sessions.ts'
import type { LogRecord, LogValue } from './log-record.ts'

/** @param options of the peer that is spoken of; undefined when it is configured no longer */
export function bgpRecord(report: BgpReport, options: BgpPeerOptions | undefined): LogRecord {
  if (report.kind === 'refused') {
    const from = formatIp(report.remote.address)
    return {
      level: 'warn',
      caller: 'bgp',
      fields: { op: 'accept', peer: `${from}:${report.remote.port}`, error: `refused: ${report.reason}` },
      text: `Refused a BGP connection from ${from}: ${REFUSALS[report.reason]}`,
    }
  }
  const peer =
    options === undefined ? report.peer : `${formatIp(options.remote.address)}:${options.remote.port}`
  const asn = options?.peerAsn
  const fields = {
    peer,
    localASN: options?.localAsn,
    peerASN: typeof asn === 'number' ? asn : undefined,
    name: report.peer,
  }
  return { caller: 'bgp', ...content(report, fields, `${report.peer} (${peer})`) }
}

/** Whoever stops a speaker for good has to know that traffic still comes. @param peers names of BGPPeers */
export const routesKeptRecord = (peers: readonly string[]): LogRecord => ({
  level: 'info',
  caller: 'bgp',
  fields: { event: 'routesKept', peers, msg: 'peers keep the routes for a graceful restart' },
  text: `${peers.join(' and ')} may keep the routes for ${RESTART_SECONDS} s, for this speaker to come back (enableGracefulRestart)`,
})

const REFUSALS = {
  'unknown-peer': 'no BGPPeer of this node has that address',
  'not-started': 'its BGPPeer cannot be started here',
  'too-many-peers': 'there are too many peers',
} as const

type Fields = Readonly<Record<string, LogValue>>
type Content = Omit<LogRecord, 'caller'>

function content(report: PeerReport, fields: Fields, who: string): Content {
  switch (report.kind) {
    case 'established':
      return {
        level: 'info',
        fields: { ...fields, event: 'sessionUp', msg: 'BGP session established' },
        text: `BGP session with ${who} established`,
      }
    case 'ended':
      return ended(report, fields, who)
    case 'state':
      return {
        level: 'debug',
        fields: { ...fields, event: 'sessionState', from: report.from, to: report.to },
        text: `BGP session with ${who}: ${report.from} to ${report.to}`,
      }
    case 'update-errors':
      return {
        level: 'warn',
        fields: {
          ...fields,
          op: 'receive',
          error: report.errors.map(({ reason }) => reason).join(', '),
          total: report.total,
        },
        text: `${who} sends UPDATEs with mistakes, ${report.total} so far: ${report.errors.map(({ reason, rfc }) => `${reason.replaceAll('-', ' ')} (${rfc})`).join(', ')}`,
      }
    case 'maximum-near':
      return {
        level: 'warn',
        fields: { ...fields, op: 'receive', prefixes: report.count, maximum: report.maximum },
        text: `${who} has sent ${report.count} IPv${report.family} prefixes, and ${report.maximum} are the most that we take`,
      }
    case 'cannot-start':
      return {
        level: 'error',
        fields: { ...fields, op: 'connect', error: `not supported here: ${report.missing.join(', ')}` },
        text: `The session with ${who} is not started: this system cannot do ${report.missing.map((need) => NEEDS[need]).join(' and ')} (koffi is missing)`,
      }
    case 'capabilities':
    case 'end-of-rib':
      return {
        level: 'debug',
        fields: { ...fields, event: report.kind },
        text:
          report.kind === 'end-of-rib'
            ? `${who} has sent all its IPv${report.family} routes`
            : `${who} is asked ${report.offered ? 'with' : 'without'} capabilities from now on`,
      }
  }
}

/** What we ended because we were told to is no failure. */
const isCease = (notification: NotificationContent | undefined): boolean =>
  notification === undefined || notification.code === BGP_ERROR.cease

const NEEDS = {
  device: 'binding to a VRF or an interface',
  password: 'TCP MD5 passwords',
  ttl: 'the TTL that is asked for',
  minTtl: 'the check of the TTL',
} as const

/** An attempt that failed is another thing than a session that was up. */
function ended(
  { ending, words }: Extract<PeerReport, { kind: 'ended' }>,
  fields: Fields,
  who: string,
): Content {
  const { state, by, notification } = ending
  const wasUp = state === 'established'
  if (by === 'peer' && notification !== undefined)
    return {
      level: 'error',
      fields: {
        ...fields,
        op: 'receive',
        error: describeNotification(notification),
        msg: 'peer sent notification, closing session',
      },
      text: `${wasUp ? 'BGP session' : 'Attempt at a BGP session'} with ${who} ended: ${words}`,
    }
  if (wasUp)
    return {
      level: by === 'us' && isCease(notification) ? 'info' : 'error',
      fields: { ...fields, event: 'sessionDown', error: words, msg: 'BGP session down' },
      text: `BGP session with ${who} is down: ${words}`,
    }
  return {
    level: by === 'us' ? 'info' : 'error',
    fields: { ...fields, op: 'connect', error: words, msg: 'failed to connect to peer' },
    text: `No BGP session with ${who}: ${words}`,
  }
}
