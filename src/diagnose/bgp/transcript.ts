// The conversation of the facts, decoded again for the checks.
import { formatIp } from '../../net/ip.ts'
import { PLAIN_CONTEXT } from '../../wire/bgp/context.ts'
import { type BgpMessage, decodeBgpMessage, type NotificationMessage } from '../../wire/bgp/message.ts'
import { type OpenMessage, openAsn } from '../../wire/bgp/open.ts'
import type { BgpFacts, ConversationFacts } from './bgp-facts.ts'

export interface Transcript {
  readonly conversation: ConversationFacts
  /** first message of the peer; 'malformed': it is one and cannot be read */
  readonly first: BgpMessage['kind'] | 'malformed' | undefined
  readonly peerOpen: OpenMessage | undefined
  readonly ourOpen: OpenMessage | undefined
  /** of the peer */
  readonly notification: NotificationMessage | undefined
  /** KEEPALIVEs of the peer */
  readonly keepalives: number
  /** both OPENs and both KEEPALIVEs were exchanged */
  readonly established: boolean
  /** reason, for the first message of the peer that cannot be read */
  readonly malformed: string | undefined
}

export function transcriptOf({ conversation }: Pick<BgpFacts, 'conversation'>): Transcript | undefined {
  if (conversation === undefined) return undefined
  const decoded = conversation.messages.map(({ from, bytes }) => ({
    from,
    result: decodeBgpMessage(bytesOf(bytes), PLAIN_CONTEXT),
  }))
  const all = (side: 'peer' | 'us') =>
    decoded.flatMap(({ from, result }) => (from === side && result.ok ? [result.value] : []))
  const fromPeer = all('peer')
  const ours = all('us')
  const [firstOfPeer] = decoded.filter(({ from }) => from === 'peer')
  const wrong = decoded.find(({ from, result }) => from === 'peer' && !result.ok)?.result
  const isOpen = (message: BgpMessage) => message.kind === 'open'
  const keepalives = fromPeer.filter(({ kind }) => kind === 'keepalive').length
  const peerOpen = fromPeer.find(isOpen)
  const ourOpen = ours.find(isOpen)
  return {
    conversation,
    first:
      firstOfPeer === undefined
        ? undefined
        : firstOfPeer.result.ok
          ? firstOfPeer.result.value.kind
          : 'malformed',
    peerOpen,
    ourOpen,
    notification: fromPeer.find((message) => message.kind === 'notification'),
    keepalives,
    established:
      peerOpen !== undefined &&
      ourOpen !== undefined &&
      keepalives > 0 &&
      ours.some(({ kind }) => kind === 'keepalive'),
    malformed: wrong?.ok === false ? wrong.error.reason.replaceAll('-', ' ') : undefined,
  }
}

const bytesOf = (hex: string): Uint8Array =>
  Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))

/** The whole OPEN in words. */
export const openText = ({ conversation }: Transcript): string =>
  conversation.messages.find(({ from, text }) => from === 'peer' && text.startsWith('OPEN'))?.text ?? ''

/** `AS 64513, router ID 192.0.2.1, hold time 90 s` */
export const openInShort = (open: OpenMessage): string =>
  `AS ${openAsn(open)}, router ID ${formatIp(open.routerId)}, hold time ${open.holdTimeSeconds} s`

export const asnOf = (open: OpenMessage): number => openAsn(open)
