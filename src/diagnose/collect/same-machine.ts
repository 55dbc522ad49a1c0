// Two hardware addresses answer: are they two cards of one host? A SYN for the address is sent to each of them by itself. One
// host with two cards answers both by the card that its route names; two hosts answer each by its own.
import { formatIp, type Ip } from '../../net/ip.ts'
import { type Mac, parseMac } from '../../net/mac.ts'
import { decodeEthernet } from '../../wire/ethernet/ethernet.ts'
import { tcpSynFrame } from '../../wire/ip/frames.ts'
import type { ReturnPath } from '../facts/link-facts.ts'
import type { NetworkProbes } from '../ports/probes.ts'
import type { Clock } from './question.ts'

export interface ReturnPathQuestion {
  readonly interfaceName: string
  readonly from: { readonly mac: Mac; readonly ip: Ip }
  readonly address: Ip
  /** any: a reset tells as much as an answer */
  readonly port: number
  readonly macs: readonly string[]
  readonly timeoutMs: number
}

/** RFC 6335 §6: the range of ports for short use; the kernel's own are lower (32768 to 60999). */
const FIRST_SOURCE_PORT = 61_000
const SOURCE_PORTS = 4_000

export async function returnPaths(
  question: ReturnPathQuestion,
  { probes, clock, signal }: { probes: NetworkProbes; clock: Clock; signal: AbortSignal },
): Promise<ReturnPath[]> {
  const { interfaceName, from, address, port } = question
  const start = FIRST_SOURCE_PORT + (Math.floor(clock.nowMs()) % SOURCE_PORTS)
  const paths: { sentTo: Mac; answeredBy: string | undefined }[] = question.macs.flatMap((text) => {
    const sentTo = parseMac(text)
    return sentTo === undefined ? [] : { sentTo, answeredBy: undefined }
  })
  const wake = new AbortController()
  const stop = () => wake.abort()
  const sourcePorts = paths.map((_, index) => start + index)
  const socket = await probes.openFrames({
    interfaceName,
    selection: { tcpPorts: sourcePorts, addresses: [address] },
    onFrame: ({ bytes, direction }) => {
      const index = direction === 'in' ? sourcePorts.indexOf(destinationPort(bytes)) : -1
      const path = paths[index]
      const frame = decodeEthernet(bytes)
      if (path === undefined || !frame.ok) return
      path.answeredBy ??= frame.value.source
      if (paths.every(({ answeredBy }) => answeredBy !== undefined)) wake.abort()
    },
  })
  signal.addEventListener('abort', stop)
  try {
    for (const [index, { sentTo }] of paths.entries())
      socket.send(
        tcpSynFrame(
          { from, to: { mac: sentTo, ip: address } },
          { sourcePort: start + index, destinationPort: port, sequence: (start * 65_537 + index) >>> 0 },
        ),
      )
    await clock.sleep(question.timeoutMs, wake.signal)
    signal.throwIfAborted()
  } finally {
    signal.removeEventListener('abort', stop)
    await socket.close()
  }
  return paths.map((path) => ({ address: formatIp(address), port, ...path }))
}

function destinationPort(bytes: Uint8Array): number {
  const frame = decodeEthernet(bytes)
  if (!frame.ok) return -1
  const packet = frame.value.payload
  const isIpv4 = (packet[0] ?? 0) >> 4 === 4
  const at = isIpv4 ? ((packet[0] ?? 0) & 15) * 4 : 40
  return ((packet[at + 2] ?? 0) << 8) | (packet[at + 3] ?? 0)
}
