// A cable on which two speakers surely dial each other before either knows of the other's connection. This process carries the
// frames.

import { loadLibc } from '../../../src/linux/libc.ts'
import { openFrameSocket } from '../../../src/linux/packet/frame-socket.ts'
import { ipFromBytes } from '../../../src/net/ip.ts'
import { transportChecksum } from '../../../src/wire/checksum.ts'
import type { NetLab } from '../namespaces.ts'
import type { Host } from './hosts.ts'

/** Two hosts as of `cable`, whose ends meet in a third namespace: nothing passes until somebody carries the frames. */
export function cutCable(lab: NetLab): readonly [Host, Host] {
  const middle = lab.namespace()
  const host = (n: number): Host => {
    const namespace = lab.namespace()
    lab.connect([namespace, 'eth0'], [middle, `port${n}`])
    lab.ip(namespace, `addr add 192.0.2.${n}/24 dev eth0`)
    return { namespace, link: 'eth0', address4: `192.0.2.${n}`, address6: `2001:db8::${n}`, middle }
  }
  return [host(1), host(2)]
}

/**
 * Carries ARP, and BGP over IPv4 from the moment on in which both hosts have dialled: both of their first segments arrive then.
 * Returns how to stop.
 */
export async function carryOnceBothDial(lab: NetLab, { middle = '' }: Host): Promise<() => Promise<void>> {
  const libc = await loadLibc()
  const dialled: (Uint8Array | undefined)[] = [undefined, undefined]
  const passes = () => dialled.every((frame) => frame !== undefined)
  const sockets = await lab.inside(middle, () =>
    Promise.all(
      [0, 1].map((i) =>
        openFrameSocket(libc, {
          interfaceName: `port${i + 1}`,
          selection: { arp: true, tcpPorts: [179] },
          onFrame: ({ bytes }) => {
            const send = (to: number, frame: Uint8Array) => void sockets[to]?.send(withTcpChecksum(frame))
            if (isArp(bytes) || passes()) send(1 - i, bytes)
            else if (isSyn(bytes)) {
              dialled[i] = bytes
              const [first, second] = dialled
              if (first !== undefined && second !== undefined) {
                send(1, first)
                send(0, second)
              }
            }
          },
        }),
      ),
    ),
  )
  return async () => {
    await Promise.all(sockets.map((socket) => socket.close()))
  }
}

const isArp = (frame: Uint8Array): boolean => frame[12] === 0x08 && frame[13] === 0x06

/** To port 179, with SYN and without ACK, behind an IPv4 header without options. */
const isSyn = (frame: Uint8Array): boolean =>
  frame[36] === 0 && frame[37] === 179 && ((frame[47] ?? 0) & 0x12) === 0x02

/** The sender's kernel leaves the checksum to a card that is not there. */
function withTcpChecksum(frame: Uint8Array): Uint8Array {
  const ETHERNET = 14
  const TCP = 6
  const isIpv4 = frame[12] === 0x08 && frame[13] === 0
  if (!isIpv4 || frame[ETHERNET + 9] !== TCP) return frame
  const bytes = Uint8Array.from(frame)
  const headerBytes = ((bytes[ETHERNET] ?? 0) & 0xf) * 4
  const packetBytes = ((bytes[ETHERNET + 2] ?? 0) << 8) | (bytes[ETHERNET + 3] ?? 0)
  const source = ipFromBytes(bytes.subarray(ETHERNET + 12, ETHERNET + 16))
  const destination = ipFromBytes(bytes.subarray(ETHERNET + 16, ETHERNET + 20))
  if (source === undefined || destination === undefined) return frame
  const message = bytes.subarray(ETHERNET + headerBytes, ETHERNET + packetBytes)
  message.set([0, 0], 16)
  const checksum = transportChecksum({ source, destination }, TCP, message)
  message.set([checksum >>> 8, checksum & 0xff], 16)
  return bytes
}
