// What a capture says on stderr: where it listens, what limits its view, and what came of it.
import type { LeftOutInterface } from '../../diagnose/capture/choose-interfaces.ts'
import type { CaptureKind, CaptureSubject } from '../../diagnose/capture/subject.ts'
import type { CaptureTally } from '../../diagnose/capture/tally.ts'
import { formatIp } from '../../net/ip.ts'
import { safeText } from '../safe-text.ts'

const NAMES: Readonly<Record<CaptureKind | 'other', string>> = {
  arp: 'ARP',
  ndp: 'NDP',
  bgp: 'BGP',
  bfd: 'BFD',
  gossip: 'gossip',
  other: 'other',
}

export function renderListening(
  { kinds, addresses }: CaptureSubject,
  interfaceNames: readonly string[],
): string {
  const about = addresses.length === 0 ? '' : ` about ${listed(addresses.map(formatIp), 'or')}`
  const what = listed(
    kinds.map((kind) => NAMES[kind]),
    'and',
  )
  return `Listening on ${names(interfaceNames)} for ${what}${about}. Ctrl-C ends it.\n`
}

export const PROMISCUOUS_NOTICE =
  'Promiscuous mode hides faults: while it is on, the card hands up frames that it would drop otherwise, so an address may begin to work just because you look. Compare with a capture without --promiscuous.\n'

export function renderLeftOut({ name, reason }: LeftOutInterface): string {
  const why = {
    unknown: 'there is no such interface',
    down: 'it is down',
    'not Ethernet':
      'it carries no Ethernet frames (a layer 3 tunnel such as WireGuard), so there is no ARP on it',
  }[reason]
  return `${safeText(name)} is left out: ${why}.\n`
}

/** @param code of the error: the interface went down, or away */
export const renderInterfaceTrouble = (name: string, code: string): string =>
  code === 'ENETDOWN'
    ? `${safeText(name)} went down; the capture goes on when it is up again.\n`
    : `${safeText(name)} is gone (${code}); nothing more comes from it.\n`

export function renderSummary(tally: CaptureTally, interfaceNames: readonly string[]): string {
  const { frames, byProtocol, lostByKernel, notPrinted, notWritten, elapsedMs } = tally
  const time = `${(elapsedMs / 1000).toFixed(1)} s on ${names(interfaceNames)}`
  const parts = byProtocol.map(({ protocol, frames: count }) => `${count} ${NAMES[protocol]}`)
  const lines = [
    frames === 0
      ? `Captured no frame in ${time}.`
      : `Captured ${counted(frames)} in ${time}: ${parts.join(', ')}.`,
  ]
  if (lostByKernel > 0) lines.push(`The kernel dropped ${counted(lostByKernel)} that were not read in time.`)
  if (notPrinted > 0)
    lines.push(`${counted(notPrinted)} were captured but not printed: the reader of stdout was too slow.`)
  if (notWritten > 0)
    lines.push(`${counted(notWritten)} were captured but not written: the file could not take them in time.`)
  if (frames > 0 && lostByKernel + notPrinted + notWritten === 0) lines.push('None was lost.')
  return `${lines.join('\n')}\n`
}

const counted = (frames: number): string => (frames === 1 ? '1 frame' : `${frames} frames`)

/** Nodes have hundreds of interfaces: one for each Pod. */
const NAMED = 8

function names(all: readonly string[]): string {
  const safe = all.map(safeText)
  if (safe.length <= NAMED) return listed(safe, 'and')
  return `${safe.slice(0, NAMED).join(', ')} and ${safe.length - NAMED} more`
}

const listed = (words: readonly string[], joint: 'and' | 'or'): string =>
  words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} ${joint} ${words.at(-1)}`
