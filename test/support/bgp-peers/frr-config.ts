// The configuration of FRR's bgpd.
import type { IpFamily } from '../../../src/net/ip.ts'
import {
  CONNECT_RETRY_SECONDS,
  familyOf,
  isUnnumbered,
  type NeighbourConfig,
  type PeerConfig,
} from './peer-config.ts'

const FAMILIES: readonly IpFamily[] = [4, 6]

export function frrConfig(config: PeerConfig, log: string): string {
  return [
    'hostname frr',
    `log file ${log} debugging`,
    'debug bgp neighbor-events',
    `router bgp ${config.asn}`,
    ` bgp router-id ${config.routerId}`,
    ' bgp log-neighbor-changes',
    ' no bgp ebgp-requires-policy',
    ' no bgp network import-check',
    ' no bgp default ipv4-unicast',
    ' bgp graceful-restart stalepath-time 60',
    ...config.neighbours.flatMap(neighbourLines),
    ...FAMILIES.flatMap((family) => familyLines(config, family)),
    'exit',
    '',
  ].join('\n')
}

function neighbourLines(one: NeighbourConfig): string[] {
  const name = one.neighbour
  const lines: (string | false)[] = [
    `${isUnnumbered(one) ? `${name} interface` : name} remote-as ${one.remoteAsn}`,
    `${name} timers connect ${CONNECT_RETRY_SECONDS}`,
    `${name} timers ${Math.floor((one.holdTimeSeconds ?? 90) / 3)} ${one.holdTimeSeconds ?? 90}`,
    one.link !== undefined && `${name} interface ${one.link}`,
    one.localAddress !== undefined &&
      one.multihop !== undefined &&
      `${name} update-source ${one.localAddress}`,
    one.password !== undefined && `${name} password ${one.password}`,
    one.passive === true && `${name} passive`,
    one.multihop !== undefined && `${name} ebgp-multihop ${one.multihop}`,
    one.ttlSecurity === true && `${name} ttl-security hops 1`,
    // The default is to help a neighbour that restarts.
    one.gracefulRestart !== true && `${name} graceful-restart-disable`,
    one.extendedNextHop === true && `${name} capability extended-nexthop`,
  ]
  return lines.filter((line) => line !== false).map((line) => ` neighbor ${line}`)
}

function familyLines(config: PeerConfig, family: IpFamily): string[] {
  const networks = (config.announce ?? []).filter((prefix) => familyOf(prefix) === family)
  const neighbours = config.neighbours.filter(({ families }) => families.includes(family))
  if (networks.length + neighbours.length === 0) return []
  return [
    ` address-family ipv${family} unicast`,
    ...networks.map((prefix) => `  network ${prefix}`),
    ...neighbours.flatMap(({ neighbour, maximumPrefixes }) => [
      `  neighbor ${neighbour} activate`,
      ...(maximumPrefixes === undefined ? [] : [`  neighbor ${neighbour} maximum-prefix ${maximumPrefixes}`]),
    ]),
    ' exit-address-family',
  ]
}
