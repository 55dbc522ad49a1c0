// What the machine says about its work. The words are those of memberlist where it has a message for the case, because people
// search their logs for them.
import { formatIp } from '../net/ip.ts'
import type { AliveMessage } from '../wire/gossip/message.ts'
import type { VersionConflict } from '../wire/gossip/versions.ts'
import { formatEndpoint, type GossipEndpoint } from './endpoint.ts'

export type NoticeLevel = 'debug' | 'info' | 'warn' | 'error'

export interface Notice {
  readonly level: NoticeLevel
  /** for programs; of a closed list */
  readonly code: NoticeCode
  /** one sentence for people */
  readonly text: string
}

export type NoticeCode =
  | 'address-conflict'
  | 'dead'
  | 'join-failed'
  | 'ping-for-another'
  | 'push-pull-failed'
  | 'refuting'
  | 'suspecting'
  | 'too-many-members'
  | 'udp-blocked'
  | 'version-conflict'

/** What others cause with every packet, as often as they like: counted, and logged once in a while. */
export const REPEATED_NOTICES: ReadonlySet<NoticeCode> = new Set([
  'address-conflict',
  'ping-for-another',
  'too-many-members',
])

const notice = (level: NoticeLevel, code: NoticeCode, text: string): Notice => ({ level, code, text })

export const suspecting = (name: string): Notice =>
  notice('info', 'suspecting', `Suspect ${name} has failed, no acks received.`)

export const declaredDead = (name: string, confirmations: number): Notice =>
  notice(
    'info',
    'dead',
    `Marking ${name} as failed, suspect timeout reached (${confirmations} peer confirmations).`,
  )

export const udpBlocked = (name: string): Notice =>
  notice(
    'warn',
    'udp-blocked',
    `Was able to connect to ${name} over TCP but UDP probes failed, network may be misconfigured.`,
  )

export const refuting = (what: 'suspect' | 'dead' | 'alive', from: string | undefined): Notice =>
  notice(
    'warn',
    'refuting',
    what === 'alive'
      ? 'Refuting an alive message about this node that somebody else made: is another speaker running under its name?'
      : `Refuting a ${what} message (from: ${from ?? ''}).`,
  )

export const addressConflict = (known: GossipEndpoint, state: string, told: AliveMessage): Notice =>
  notice(
    'error',
    'address-conflict',
    `Conflicting address for ${told.node}. Mine: ${formatEndpoint(known)} Theirs: ${formatEndpoint(told)} Old state: ${state}.`,
  )

export const tooManyMembers = (most: number, name: string): Notice =>
  notice(
    'error',
    'too-many-members',
    `There are ${most} members, which is more than a cluster can have: ${name} and others after it are not taken in. Is somebody making names up?`,
  )

export const pingForAnother = (name: string, from: GossipEndpoint): Notice =>
  notice(
    'warn',
    'ping-for-another',
    `Got ping for unexpected node '${name}' from ${formatEndpoint(from)}: it believes that this address belongs to that node.`,
  )

export const versionsDiffer = ({ name, of, speaks, understoodMin, understoodMax }: VersionConflict): Notice =>
  notice(
    'error',
    'version-conflict',
    `Node '${name}' ${of === 'delegate' ? 'delegate ' : ''}protocol version (${speaks}) is incompatible: [${understoodMin}, ${understoodMax}].`,
  )

export const pushPullFailed = (to: GossipEndpoint, name: string, reason: string): Notice =>
  notice('error', 'push-pull-failed', `Push/Pull with ${name} (${formatIp(to.address)}) failed: ${reason}`)

export const joinFailed = (to: GossipEndpoint, reason: string, retrySeconds: number): Notice =>
  notice(
    'warn',
    'join-failed',
    `Failed to join ${formatEndpoint(to)}: ${reason} The next attempt is in ${retrySeconds} s.`,
  )
