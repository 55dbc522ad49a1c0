// What a NOTIFICATION of the peer means for whoever runs the cluster: the finding, the cause, and what helps. The pages under
// docs/notifications say more about each.
import { BGP_ERROR, type NotificationContent, notificationName } from '../../wire/bgp/notification-codes.ts'
import { notificationMeaning } from '../../wire/bgp/notification-meaning.ts'
import type { Confidence, FindingDraft } from '../finding.ts'

export interface NotificationCause {
  readonly code: string
  readonly confidence: Confidence
  /** behind the name of the peer: `has shut this neighbour down` */
  readonly does: string
  readonly cause: string
  readonly help: string
  /** that of the finding; an error unless it passes by itself */
  readonly severity: FindingDraft['severity']
  readonly candidates: readonly string[]
}

const cause = (
  code: string,
  does: string,
  why: string,
  help: string,
  more: Partial<Pick<NotificationCause, 'confidence' | 'severity' | 'candidates'>> = {},
): NotificationCause => ({
  code,
  does,
  cause: why,
  help,
  confidence: 'certain',
  severity: 'error',
  candidates: [],
  ...more,
})

const OF_HEADER = cause(
  'F36',
  'cannot read what it gets',
  'The stream of bytes was damaged or is not one of BGP for the peer: a proxy, NAT or firewall in between, or a fault of one of both programs.',
  'Capture on both sides and compare.',
  { confidence: 'possible', candidates: ['F40', 'F33'] },
)
const OF_UPDATE = cause(
  'F43',
  'rejects a route or its attributes',
  'An attribute is not what the router accepts. Often the AS_PATH: one side means iBGP and the other one eBGP, or the first AS is not that of the neighbour.',
  'Compare the AS numbers of both sides, and look into the log of the router, which names the attribute.',
  { confidence: 'likely', candidates: ['F37'] },
)

const CAUSES: Readonly<Record<string, NotificationCause>> = {
  '2/0': cause(
    'F43',
    'refuses our OPEN without saying why',
    'Something in it is not what the router accepts; malformed or missing capabilities are the usual reason.',
    'Look into the log of the router, and compare what both sides offer.',
    { confidence: 'possible', candidates: ['F37', 'F36'] },
  ),
  '3/11': cause(
    'F37',
    'rejects the AS_PATH of our routes',
    'Routers demand that the first AS of the path is that of the neighbour. It is not when one side means iBGP, whose paths are empty, and the other one eBGP.',
    'Compare the AS numbers of both sides.',
    { confidence: 'likely', candidates: ['F43'] },
  ),
  '7/1': cause(
    'F43',
    'rejects a ROUTE-REFRESH',
    'A mark of the begin or the end of a refresh had a wrong length (RFC 7313 §5).',
    'Switch enhanced route refresh off, or update the side that sent it.',
  ),
  '2/1': cause(
    'F36',
    'speaks another version of BGP than 4',
    'No router of today does: what answers is not a BGP daemon.',
    'See on the router which program has the port.',
  ),
  '2/5': cause(
    'F38',
    'refuses our authentication',
    'A way to authenticate that is out of use; today passwords are those of TCP MD5.',
    'Remove authentication of BGP itself on the router, and use a TCP password.',
  ),
  '2/11': cause(
    'F43',
    'wants other roles than these for both sides (RFC 9234)',
    'The router is configured with a role, and insists that the other side has the one that fits.',
    'Remove "local-role … strict" from this neighbour on the router.',
  ),
  '6/1': cause(
    'F44',
    'has got more prefixes than it accepts from this neighbour',
    'The limit of the router is below what the nodes announce: each address of a Service is one prefix unless pools are aggregated. Most routers stay down until somebody clears the session.',
    'Raise the limit on the router and clear the neighbour there, or announce fewer prefixes: set aggregationLength in the BGPAdvertisement.',
  ),
  '6/2': cause(
    'F36',
    'has been told to keep this neighbour down (Administrative Shutdown)',
    'The operator of the router shut the neighbour down on purpose.',
    'Remove "shutdown" from the neighbour on the router, once its operator agrees.',
  ),
  '6/3': cause(
    'F36',
    'has just removed this neighbour from its configuration',
    'Somebody changes the router now, or the neighbour was found by a range that does not hold this host any more.',
    'Configure this host as a neighbour on the router.',
  ),
  '6/4': cause(
    'F36',
    'has just reset this neighbour',
    'The operator cleared the session, usually for new settings to take effect. It comes up again by itself.',
    'Try again in a minute.',
    { severity: 'warning' },
  ),
  '6/5': cause(
    'F36',
    'rejects the connection: this host is not a neighbour that it wants to talk to now',
    'The router knows no such neighbour, has as many as it may have, or is in a pause after an error of ours.',
    'Configure this host as a neighbour on the router; if it is, see there why it waits.',
    { confidence: 'likely', candidates: ['F40'] },
  ),
  '6/6': cause(
    'F36',
    'has just got a new configuration',
    'A change on the router closed the session. It comes up again by itself.',
    'Try again in a minute.',
    { severity: 'warning' },
  ),
  '6/7': cause(
    'F40',
    'has another connection with this host, and keeps that one',
    'Two connections between the same two addresses cannot both live (RFC 4271 §6.8): another speaker of this host, often the CNI, has the other one.',
    'Find the other speaker on this node, and let one of both go.',
  ),
  '6/8': cause(
    'F36',
    'is out of resources',
    'The router has no memory, routes or sessions left for this neighbour.',
    'See to the router.',
  ),
  '6/10': cause(
    'F46',
    'closes the session because BFD is down',
    'BFD is configured for this neighbour, and its packets do not get through, or one side does not run it.',
    'Take BFD off on both sides until BGP works, then add it again; UDP ports 3784 and 3785 have to be open (4784 over several hops).',
  ),
  '4/0': cause(
    'F41',
    'has heard nothing from us for as long as the hold time',
    'KEEPALIVEs of this side did not arrive in time: a path that lets small packets through and loses others, or a side that is too busy.',
    'Compare the hold times of both sides, and the path.',
    { confidence: 'likely' },
  ),
  '8/0': cause(
    'F41',
    'could not send to us for as long as its send hold time',
    'This side did not take what the router sent: it hangs, or acknowledgements are lost.',
    'Look at the load of this node and at the path.',
    { confidence: 'likely' },
  ),
}

/** Checks of their own judge these: AS number, router ID, hold time, families. */
const JUDGED_ELSEWHERE = new Set(['2/2', '2/3', '2/4', '2/6', '2/7'])

/** undefined: a check of its own says it. */
export function notificationCause(content: NotificationContent): NotificationCause | undefined {
  const key = `${content.code}/${content.subcode}`
  if (JUDGED_ELSEWHERE.has(key)) return undefined
  const known = CAUSES[key]
  if (known !== undefined) return known
  if (content.code === BGP_ERROR.cease) {
    const meaning = notificationMeaning(content)
    const inner =
      meaning.kind === 'hard-reset' ? CAUSES[`${meaning.content.code}/${meaning.content.subcode}`] : undefined
    if (inner !== undefined) return inner
  }
  if (content.code === BGP_ERROR.header) return OF_HEADER
  if (content.code === BGP_ERROR.update) return OF_UPDATE
  return cause(
    content.code === BGP_ERROR.stateMachine ? 'F40' : 'F36',
    `ends the session: ${notificationName(content.code, content.subcode)}`,
    content.code === BGP_ERROR.stateMachine
      ? 'The message was not one that belongs into the state of the session: two speakers share one connection, or two connections one session.'
      : 'The router does not say more than that.',
    'Look into the log of the router at this time.',
    { confidence: 'possible', candidates: ['F43'] },
  )
}
