// Names of numbers in rtnetlink messages, as iproute2 writes them (its /etc/iproute2/rt_protos for protocols).
import type {
  AddressScope,
  NeighbourState,
  OperState,
  RouteType,
  TcpState,
} from '../../diagnose/ports/tables.ts'
import { type Ip, type IpFamily, ipFromBytes } from '../../net/ip.ts'
import { AF } from '../kernel-constants.ts'

export const familyOf = (number: number): IpFamily | undefined =>
  number === AF.inet ? 4 : number === AF.inet6 ? 6 : undefined

export const addressFamily = (family: IpFamily): number => (family === 4 ? AF.inet : AF.inet6)

export const ipOf = (bytes: Buffer | undefined): Ip | undefined =>
  bytes === undefined ? undefined : ipFromBytes(bytes)

const OPER_STATES = ['unknown', 'notpresent', 'down', 'lowerlayerdown', 'testing', 'dormant', 'up'] as const
export const operState = (number: number | undefined): OperState => OPER_STATES[number ?? 0] ?? 'unknown'

const SCOPES: Readonly<Record<number, AddressScope>> = {
  0: 'global',
  200: 'site',
  253: 'link',
  254: 'host',
  255: 'nowhere',
}
export const scopeName = (number: number): AddressScope => SCOPES[number] ?? `${number}`

/** A neighbour has one state; the kernel writes each as a bit. */
const NEIGHBOUR_STATES: Readonly<Record<number, NeighbourState>> = {
  1: 'incomplete',
  2: 'reachable',
  4: 'stale',
  8: 'delay',
  16: 'probe',
  32: 'failed',
  64: 'noarp',
  128: 'permanent',
}
export const neighbourState = (bits: number): NeighbourState => NEIGHBOUR_STATES[bits] ?? 'none'

const ROUTE_TYPES: Readonly<Record<number, RouteType>> = {
  1: 'unicast',
  2: 'local',
  3: 'broadcast',
  4: 'anycast',
  5: 'multicast',
  6: 'blackhole',
  7: 'unreachable',
  8: 'prohibit',
  9: 'throw',
  10: 'nat',
}
export const routeType = (number: number): RouteType => ROUTE_TYPES[number] ?? `${number}`

const PROTOCOLS: Readonly<Record<number, string>> = {
  0: 'unspec',
  1: 'redirect',
  2: 'kernel',
  3: 'boot',
  4: 'static',
  8: 'gated',
  9: 'ra',
  10: 'mrt',
  11: 'zebra',
  12: 'bird',
  13: 'dnrouted',
  14: 'xorp',
  15: 'ntk',
  16: 'dhcp',
  18: 'keepalived',
  42: 'babel',
  186: 'bgp',
  187: 'isis',
  188: 'ospf',
  189: 'rip',
  192: 'eigrp',
}
export const protocolName = (number: number): string => PROTOCOLS[number] ?? `${number}`

const BOND_MODES = [
  'balance-rr',
  'active-backup',
  'balance-xor',
  'broadcast',
  '802.3ad',
  'balance-tlb',
  'balance-alb',
] as const
export const bondMode = (number: number): string => BOND_MODES[number] ?? `${number}`

const TCP_STATES = [
  'unknown',
  'established',
  'syn-sent',
  'syn-recv',
  'fin-wait-1',
  'fin-wait-2',
  'time-wait',
  'closed',
  'close-wait',
  'last-ack',
  'listen',
  'closing',
  'syn-recv',
] as const
export const tcpState = (number: number): TcpState => TCP_STATES[number] ?? 'unknown'
