// The numbers of the protocol, one table each. Source: hashicorp/memberlist 0.5.1, which has no document of its own.

/** Named in decode errors, where other codecs name an RFC. */
export const MEMBERLIST = 'memberlist 0.5.1'

/** First byte of every message. */
export const GOSSIP_TYPE = {
  ping: 0,
  indirectPing: 1,
  ack: 2,
  suspect: 3,
  alive: 4,
  dead: 5,
  pushPull: 6,
  compound: 7,
  user: 8,
  compress: 9,
  encrypt: 10,
  nack: 11,
  hasCrc: 12,
  error: 13,
  hasLabel: 244,
} as const

/** State of a member in a push/pull, by its number on the wire. */
export const MEMBER_STATES = ['alive', 'suspect', 'dead', 'left'] as const
export type MemberState = (typeof MEMBER_STATES)[number]

/** A stream may not be longer than this, nor become longer when it is decompressed. */
export const LONGEST_STREAM_BYTES = 20 * 1024 * 1024

/** What one UDP packet may become when it is decompressed; a packet has at most 65,507 bytes. */
export const LONGEST_INFLATED_PACKET_BYTES = 1024 * 1024

/** The count of a compound is one byte. */
export const MOST_COMPOUND_PARTS = 255

/** Largest metadata of a member: memberlist stops when an application gives it more. */
export const LONGEST_META_BYTES = 512

/** Our limit for names of members. A Kubernetes node name has at most 253; memberlist has no limit but the packet. */
export const LONGEST_NAME_BYTES = 512
