// What IPVS balances: `ipvsadm-save -n` (or `ipvsadm -S -n`), `ipvsadm -Ln`, and /proc/net/ip_vs, which needs no program.
//
//   -A -t 192.0.2.10:80 -s rr
//   -a -t 192.0.2.10:80 -r 10.244.0.5:8080 -m -w 1
//
//   TCP  C000020A:0050 rr
//     -> 0AF40005:1F90      Masq    1      0          0
import { formatIp, type Ip, ipFromBytes, parseIp } from '../../../net/ip.ts'

export interface VirtualServer {
  readonly protocol: string
  readonly address: Ip
  readonly port: number
  /** `rr`, `wrr`, `sh`… */
  readonly scheduler: string
  /** seconds for which a client stays with its endpoint; undefined: it does not */
  readonly persistentSeconds: number | undefined
  readonly servers: readonly RealServer[]
}

export interface RealServer {
  readonly address: Ip
  readonly port: number
  readonly weight: number
}

type Open = VirtualServer & { readonly servers: RealServer[] }

export const isIpvsSave = (text: string): boolean => /^-A -[tu] \S+/m.test(text)
/** What ipvsadm -Ln prints has the same form, with addresses and ports as people write them. */
export const isIpvsListing = (text: string): boolean => /^IP Virtual Server version/m.test(text)

const PROTOCOLS: Readonly<Record<string, string>> = { '-t': 'tcp', '-u': 'udp', '--sctp-service': 'sctp' }

export function readIpvsSave(text: string): VirtualServer[] {
  const servers = new Map<string, Open>()
  for (const line of text.split('\n')) {
    const [command = '', kind = '', at = '', ...options] = line.trim().split(/\s+/)
    const place = endpointOf(at)
    const protocol = PROTOCOLS[kind]
    if (place === undefined || protocol === undefined) continue
    const value = (option: string): string | undefined => {
      const index = options.indexOf(option)
      return index < 0 ? undefined : options[index + 1]
    }
    if (command === '-A') {
      const persistent = value('-p')
      servers.set(`${protocol} ${at}`, {
        protocol,
        ...place,
        scheduler: value('-s') ?? 'wlc',
        persistentSeconds: persistent === undefined ? undefined : Number(persistent),
        servers: [],
      })
    }
    const real = command === '-a' ? endpointOf(value('-r') ?? '') : undefined
    if (real !== undefined)
      servers.get(`${protocol} ${at}`)?.servers.push({ ...real, weight: Number(value('-w') ?? 1) })
  }
  return [...servers.values()]
}

export function readIpvsListing(text: string): VirtualServer[] {
  const found: Open[] = []
  // In the kernel's own file every IPv4 address is a number, and columns of the header are one space apart.
  const isForPeople = /^\s+-> RemoteAddress:Port {2,}Forward/m.test(text)
  const placeOf = isForPeople ? endpointOf : hexEndpoint
  for (const line of text.split('\n')) {
    const [, protocol, at = '', scheduler = '', rest = ''] =
      /^(TCP|UDP|SCTP)\s+(\S+:[0-9A-F]+)\s+(\S+)\s*(.*)$/i.exec(line) ?? []
    const place = protocol === undefined ? undefined : placeOf(at)
    if (protocol !== undefined && place !== undefined) {
      const persistent = /persistent\s+(\d+)/.exec(rest)?.[1]
      found.push({
        protocol: protocol.toLowerCase(),
        ...place,
        scheduler,
        persistentSeconds:
          persistent === undefined ? undefined : Number(persistent) / (isForPeople ? 1 : 1000),
        servers: [],
      })
    }
    const [, to = '', weight = '1'] = /^\s+->\s+(\S+:[0-9A-F]+)\s+\S+\s+(\d+)/i.exec(line) ?? []
    const real = placeOf(to)
    if (real !== undefined) found.at(-1)?.servers.push({ ...real, weight: Number(weight) })
  }
  return found
}

/** `192.0.2.10:80`, `[2001:db8::1]:80` */
function endpointOf(text: string): { address: Ip; port: number } | undefined {
  const [, six, four, port] = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d+)$/.exec(text) ?? []
  const address = parseIp(six ?? four ?? '')
  return address === undefined || port === undefined ? undefined : { address, port: Number(port) }
}

/** `C000020A:0050`, and for IPv6 the address as usual in brackets with the port in hexadecimal. */
function hexEndpoint(text: string): { address: Ip; port: number } | undefined {
  const [, six, four, port] = /^(?:\[([0-9a-f:.]+)\]|([0-9A-F]{8})):([0-9A-F]{4})$/i.exec(text) ?? []
  if (port === undefined) return undefined
  const address =
    four === undefined
      ? parseIp(six ?? '')
      : ipFromBytes(Uint8Array.from(four.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16)))
  return address === undefined ? undefined : { address, port: Number.parseInt(port, 16) }
}

export const endpointText = ({ address, port }: { address: Ip; port: number }): string =>
  address.family === 6 ? `[${formatIp(address)}]:${port}` : `${formatIp(address)}:${port}`
