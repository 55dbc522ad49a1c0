// A captured frame as one line: for a person, and as a JSON object for a program (docs/capture.md has its keys).
import type { FrameAccount, FrameDetails, FrameEnd } from '../../diagnose/capture/account.ts'
import { formatIp } from '../../net/ip.ts'
import { safeText } from '../safe-text.ts'

export interface CapturedFrame {
  readonly account: FrameAccount
  /** nanoseconds since 1970 */
  readonly atNs: bigint
  readonly interfaceName: string
  readonly direction: 'in' | 'out' | 'other'
  readonly wireBytes: number
}

const MILLISECOND_NS = 1_000_000n
const SECOND_NS = 1_000_000_000n
const DIRECTION_COLUMNS = 'other'.length

/** @param nameColumns of the longest name of an interface, so that the lines stand in columns */
export function renderFrameText(frame: CapturedFrame, nameColumns: number): string {
  const name = safeText(frame.interfaceName).padEnd(nameColumns)
  const direction = frame.direction.padEnd(DIRECTION_COLUMNS)
  return `${clockTime(frame.atNs)} ${name} ${direction} ${frame.account.summary}\n`
}

/** Time of the day here, `14:02:11.123456`. */
export function clockTime(atNs: bigint): string {
  const time = new Date(Number(atNs / MILLISECOND_NS))
  const two = (value: number): string => String(value).padStart(2, '0')
  const micros = String((atNs % SECOND_NS) / 1000n).padStart(6, '0')
  return `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}.${micros}`
}

/** RFC 3339 in UTC with nanoseconds. */
function timestamp(atNs: bigint): string {
  const seconds = new Date(Number(atNs / MILLISECOND_NS)).toISOString().slice(0, 19)
  return `${seconds}.${String(atNs % SECOND_NS).padStart(9, '0')}Z`
}

export function renderFrameJson({
  account,
  atNs,
  interfaceName,
  direction,
  wireBytes,
}: CapturedFrame): string {
  const { protocol, summary, vlanIds, source, destination, details } = account
  return `${JSON.stringify({
    time: timestamp(atNs),
    interface: interfaceName,
    direction,
    protocol,
    summary,
    vlans: vlanIds,
    source: source === undefined ? null : endToJson(source),
    destination: destination === undefined ? null : endToJson(destination),
    wireBytes,
    details: details === undefined ? null : detailsToJson(details),
  })}\n`
}

const endToJson = ({ mac, ip, port }: FrameEnd) => ({
  mac,
  ip: ip === undefined ? null : formatIp(ip),
  port: port ?? null,
})

function detailsToJson(details: FrameDetails) {
  switch (details.kind) {
    case 'arp': {
      const { senderIp, targetIp } = details
      return { ...details, senderIp: formatIp(senderIp), targetIp: formatIp(targetIp) }
    }
    case 'ndp':
      return { ...details, target: details.target === undefined ? null : formatIp(details.target) }
    case 'tcp': {
      const messages = details.messages?.map((message) => ({ ...message, error: message.error ?? null }))
      return { ...details, messages: messages ?? null }
    }
    case 'udp':
      return details
  }
}
