// The steps of the diagnosis in plain words, as they happen.
import { formatIp, type Ip } from '../../net/ip.ts'
import type { ExaminedInterface, NeighbourEntry, Reply, RouteFacts } from '../facts/link-facts.ts'
import { hardwareTypeName, obstacleOf } from '../link-layer.ts'
import { macWithOrigin } from '../mac-vendors.ts'
import type { ProbeSpec } from './probe-frame.ts'

export function describeRoute(route: RouteFacts, target: Ip): string {
  const address = formatIp(target)
  if (!route.found) return `no route to ${address} (${route.code ?? 'refused'})`
  if (route.type === 'local') return `${address} is an address of this host`
  const source = route.source === undefined ? '' : `, source ${route.source}`
  const on = route.interface ?? 'an interface'
  return route.gateway === undefined
    ? `${address} is on the link of ${on}${source}`
    : `${address} is behind the gateway ${route.gateway} on ${on}${source}`
}

const OBSTACLES = {
  'layer-3': 'a layer 3 tunnel, without ARP',
  'no-arp': 'ARP is switched off',
  'not-ethernet': 'not Ethernet',
  loopback: 'loopback',
  down: 'down',
  'no-carrier': 'no carrier',
  enslaved: 'part of another interface',
} as const

export function describeInterface(link: ExaminedInterface): string {
  const obstacle = obstacleOf(link)
  const state = obstacle === undefined ? `${hardwareTypeName(link.hardwareType)}, up` : OBSTACLES[obstacle]
  const master = link.master === undefined ? '' : ` (${link.master.name})`
  return `${link.name}: ${state}${master}${link.wireless ? ', wireless' : ''}`
}

export function describeNeighbours(entries: readonly NeighbourEntry[], examined: Ip): string {
  if (entries.length === 0) return `the kernel has no entry for ${formatIp(examined)}`
  return entries
    .map(
      ({ interface: on, state, mac }) =>
        `${formatIp(examined)} on ${on}: ${state}${mac === undefined ? '' : `, ${macWithOrigin(mac)}`}`,
    )
    .join('; ')
}

export function replyText({ interfaceName }: ProbeSpec, { mac, kind, rttMicroseconds }: Reply): string {
  const time = rttMicroseconds === undefined ? '' : ` in ${(rttMicroseconds / 1000).toFixed(3)} ms`
  return `on ${interfaceName}: ${macWithOrigin(mac)} ${kind === 'answer' ? 'answers' : 'uses the address'}${time}`
}
