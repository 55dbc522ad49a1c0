// One line in plain words for the messages of gossip in a UDP packet, when it is not encrypted.
import { formatIp, type Ip } from '../../net/ip.ts'
import { formatDecodeError } from '../decode-error.ts'
import type { GossipMessage } from '../gossip/message.ts'
import { decodePacket, PLAIN_PACKETS } from '../gossip/packet.ts'

/** A packet may hold dozens of news. */
const MOST_MESSAGES = 4

/** `ping of node-b; node-c is alive at 192.0.2.13:7946`. Total. */
export function describeGossipPacket(payload: Uint8Array): string {
  const decoded = decodePacket(payload, PLAIN_PACKETS)
  if (!decoded.ok)
    return decoded.error.reason === 'encrypted-without-our-key'
      ? `encrypted, ${payload.length} bytes`
      : `not decodable: ${formatDecodeError(decoded.error)}`
  const { messages, refused } = decoded.value
  const parts = messages.slice(0, MOST_MESSAGES).map(describeMessage)
  if (messages.length > MOST_MESSAGES) parts.push(`and ${messages.length - MOST_MESSAGES} more`)
  return [...parts, ...refused.map((error) => `not decodable: ${formatDecodeError(error)}`)].join('; ')
}

function describeMessage(message: GossipMessage): string {
  switch (message.kind) {
    case 'ping':
      return `ping of ${name(message.node)}`
    case 'indirect-ping':
      return `please ping ${name(message.node)} at ${socket(message.target, message.port)}`
    case 'ack':
      return `answer to ping ${message.sequence}`
    case 'nack':
      return `no answer to ping ${message.sequence} either`
    case 'alive':
      return `${name(message.node)} is alive at ${socket(message.address, message.port)}`
    case 'suspect':
      return `${name(message.from)} suspects ${name(message.node)} to be dead`
    case 'dead':
      return message.node === message.from
        ? `${name(message.node)} leaves`
        : `${name(message.from)} says that ${name(message.node)} is dead`
    case 'user':
      return `${message.payload.length} bytes of another program`
    case 'error':
      return `error ${JSON.stringify(message.text)}`
  }
}

/** Names come from anywhere, and a terminal may see this line. */
const name = (text: string): string =>
  text === '' ? 'whoever gets it' : /^[\w.-]+$/.test(text) ? text : JSON.stringify(text)

const socket = (address: Ip, port: number): string =>
  address.family === 4 ? `${formatIp(address)}:${port}` : `[${formatIp(address)}]:${port}`
