// Peers that are not configured one by one: whoever connects from certain prefixes, as routers have it for racks of nodes.
import type { Ip } from '../net/ip.ts'
import { type Prefix, prefixContains } from '../net/prefix.ts'
import type { Endpoint } from './endpoints.ts'
import type { BgpPeerOptions, BgpRemote } from './peer.ts'

export interface DynamicPeers {
  readonly prefixes: readonly Prefix[]
  /** of each of them; they are named after their address */
  readonly options: Omit<BgpPeerOptions, 'name' | 'remote' | 'passive'>
  readonly remote: Pick<BgpRemote, 'password' | 'ttl' | 'minTtl'>
  /** how many at once */
  readonly maximum: number
}

export const matchingRule = (rules: readonly DynamicPeers[], address: Ip): DynamicPeers | undefined =>
  rules.find(({ prefixes }) => prefixes.some((prefix) => prefixContains(prefix, address)))

export const dynamicOptions = (
  rule: DynamicPeers,
  name: string,
  { address, port }: Endpoint,
  zone: string | undefined,
): BgpPeerOptions => ({
  ...rule.options,
  name,
  remote: { ...rule.remote, address, port, ...(zone === undefined ? {} : { zone }) },
  passive: true,
})
