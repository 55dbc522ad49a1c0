// Where a member is reached: one address and one port for UDP and TCP.
import { formatIp, type Ip, ip, parseIp, sameIp } from '../net/ip.ts'

export interface GossipEndpoint {
  readonly address: Ip
  readonly port: number
}

/** `192.0.2.1:7946`, `[2001:db8::1]:7946`. */
export const formatEndpoint = ({ address, port }: GossipEndpoint): string =>
  address.family === 4 ? `${formatIp(address)}:${port}` : `[${formatIp(address)}]:${port}`

/** An address, with or without a port; undefined when it is none. Names are not looked up. */
export function parseEndpoint(text: string, defaultPort: number): GossipEndpoint | undefined {
  const bare = parseIp(text)
  if (bare !== undefined) return { address: bare, port: defaultPort }
  const [, bracketed, plain, portText] = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(text) ?? []
  const address = parseIp(bracketed ?? plain ?? '')
  const port = portText === undefined ? defaultPort : Number(portText)
  if (address === undefined || port < 1 || port > 65_535) return undefined
  return { address, port }
}

export const sameEndpoint = (a: GossipEndpoint, b: GossipEndpoint): boolean =>
  a.port === b.port && sameIp(a.address, b.address)

const MAPPED = 0xffffn << 32n

/** An IPv4-mapped address, which other members may tell, is IPv4 on the wire. */
export const reachable = ({ address, port }: GossipEndpoint): GossipEndpoint =>
  address.family === 6 && address.value >> 32n === MAPPED >> 32n
    ? { address: ip(4, address.value & 0xffff_ffffn), port }
    : { address, port }
