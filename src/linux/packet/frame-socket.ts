// The socket of probes and captures: frames with the kernel's time stamps, so that a round trip is that of the wire and not
// that of a busy program.
import type { CaptureSocket } from '../../diagnose/capture/ports.ts'
import type { FrameSocketOptions, ReceivedFrame } from '../../diagnose/ports/probes.ts'
import { LbctlError } from '../../errors/lbctl-error.ts'
import { macBytes } from '../../net/mac.ts'
import { selectionFilter } from '../bpf/selection-filter.ts'
import { errnoName } from '../errno.ts'
import { ETH_P, MSG, PACKET, PACKET_TYPE, SO, SOL } from '../kernel-constants.ts'
import type { Libc } from '../libc.ts'
import { decodeTimespec, MessageBuffer } from '../message-header.ts'
import { decodeLinkAddress } from '../socket-address.ts'
import { check, SystemCallError, systemCallFailed } from '../system-call-error.ts'
import { PacketSocket } from './packet-socket.ts'

/** Larger than any MTU of Ethernet, smaller than a super-frame of segmentation offload, which is cut. */
const FRAME_BYTES = 16 * 1024

/** Frames handed over per turn of the event loop, so that a flood does not starve the rest of the program. */
const FRAMES_PER_TURN = 256

/** Rejects with LbctlError: permission without CAP_NET_RAW, usage without such an interface. */
export async function openFrameSocket(libc: Libc, options: FrameSocketOptions): Promise<CaptureSocket> {
  const filter = selectionFilter(options.selection)
  if (!filter.ok)
    throw new LbctlError(
      'usage',
      `Too many addresses for one capture: ${options.selection.addresses?.length ?? 0}.`,
      {
        facts: { filter: filter.error },
        hints: ['Name fewer addresses, or none and filter the output.'],
      },
    )
  try {
    const interfaceIndex = check('if_nametoindex', libc.interfaceIndex(options.interfaceName))
    const socket = PacketSocket.open(libc, {
      interfaceIndex,
      // All types: only such a socket sees the VLAN tags that the kernel has taken out.
      etherType: ETH_P.all,
      filter: filter.value,
      timestamps: true,
      promiscuous: options.promiscuous === true,
      ignoreOutgoing: options.outgoing !== true,
    })
    return frameSocket(libc, socket, options)
  } catch (error) {
    throw error instanceof SystemCallError
      ? systemCallFailed(`open a packet socket on ${options.interfaceName}`, error)
      : error
  }
}

function frameSocket(libc: Libc, socket: PacketSocket, options: FrameSocketOptions): CaptureSocket {
  const buffer = new MessageBuffer(libc, FRAME_BYTES)
  let open = true
  const onReadable = () => {
    for (let i = 0; i < FRAMES_PER_TURN && open; i++) {
      const length = buffer.receive(socket.fd, MSG.trunc)
      if (length < 0) return
      const frame = receivedFrame(libc, buffer, length)
      if (frame !== undefined && (frame.direction !== 'out' || options.outgoing === true))
        options.onFrame(frame)
    }
  }
  socket.start(onReadable, (errno) => options.onError?.(errnoName(errno)))
  return {
    interfaceIndex: socket.interfaceIndex,
    mac: socket.address()?.mac,
    send: (frame) => {
      const sentAtNs = libc.realTimeNs()
      const errno = socket.send(frame)
      return errno === 0 ? { sentAtNs } : { sentAtNs, error: errnoName(errno) }
    },
    lost: () => socket.lost(),
    joinMulticast: (mac) => socket.joinMulticast(macBytes(mac)),
    close: () => {
      open = false
      return socket.close()
    },
  }
}

function receivedFrame(libc: Libc, buffer: MessageBuffer, wireBytes: number): ReceivedFrame | undefined {
  const from = decodeLinkAddress(buffer.sender())
  if (from === undefined) return undefined
  let atNs: bigint | undefined
  let tag: VlanTag | undefined
  for (const message of buffer.control()) {
    if (message.level === SOL.socket && message.type === SO.timestampns) atNs = decodeTimespec(message.data)
    if (message.level === SOL.packet && message.type === PACKET.auxdata) tag = decodeAuxdataTag(message.data)
  }
  const data = buffer.data(wireBytes)
  return {
    bytes: tag === undefined ? Uint8Array.from(data) : withTag(data, tag),
    atNs: atNs ?? libc.realTimeNs(),
    interfaceIndex: from.interfaceIndex,
    direction:
      from.packetType === PACKET_TYPE.outgoing
        ? 'out'
        : from.packetType === PACKET_TYPE.otherHost
          ? 'other'
          : 'in',
    wireBytes: wireBytes + (tag === undefined ? 0 : 4),
  }
}

interface VlanTag {
  readonly protocolId: number
  readonly control: number
}

const TP_STATUS_VLAN_VALID = 1 << 4
const TP_STATUS_VLAN_TPID_VALID = 1 << 6

/** struct tpacket_auxdata: | status (4) | len (4) | snaplen (4) | mac (2) | net (2) | vlan_tci (2) | vlan_tpid (2) | */
export function decodeAuxdataTag(data: Buffer): VlanTag | undefined {
  if (data.length < 20) return undefined
  const status = data.readUInt32LE(0)
  if ((status & TP_STATUS_VLAN_VALID) === 0) return undefined
  const known = (status & TP_STATUS_VLAN_TPID_VALID) !== 0
  return { protocolId: known ? data.readUInt16LE(18) : ETH_P.vlan, control: data.readUInt16LE(16) }
}

/** Puts the tag that the kernel took out back in front of the type, where it was on the wire. */
export function withTag(frame: Uint8Array, { protocolId, control }: VlanTag): Uint8Array {
  const bytes = new Uint8Array(frame.length + 4)
  bytes.set(frame.subarray(0, 12))
  new DataView(bytes.buffer).setUint16(12, protocolId)
  new DataView(bytes.buffer).setUint16(14, control)
  bytes.set(frame.subarray(12), 16)
  return bytes
}
