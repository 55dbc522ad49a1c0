// What a Service asks the allocator for, and what it gets.
import type { Labels } from '../config/objects/read-object.ts'
import type { Ip, IpFamily } from '../net/ip.ts'
import { formatIp } from '../net/ip.ts'
import type { PortKey } from './sharing-group.ts'

/** `namespace/name` */
export type ServiceKey = string

export interface AddressRequest {
  readonly service: ServiceKey
  readonly namespace: string
  readonly labels: Labels
  readonly ports: readonly PortKey[]
  /** value of allow-shared-ip; empty: shares with nobody */
  readonly sharing: string
  /** which Pods get the traffic, where that has to be the same for all that share; empty: does not count */
  readonly backend: string
}

/** Families of a Service. */
export type Families =
  | { readonly kind: 'single'; readonly family: IpFamily }
  /** `fallback`: what one family may do, the first one preferred; undefined: both or none */
  | { readonly kind: 'dual'; readonly fallback: IpFamily | undefined }

export interface Assignment {
  readonly addresses: readonly Ip[]
  readonly pool: string
}

/** `labels.Set.String()` of Go: sorted, so that the order of writing does not count. */
export const backendKey = (localTraffic: boolean, selector: Labels): string =>
  localTraffic
    ? Object.entries(selector)
        .map(([key, value]) => `${key}=${value}`)
        .sort()
        .join(',')
    : ''

export const portKey = ({ protocol, port }: { readonly protocol: string; readonly port: number }): PortKey =>
  `${protocol}/${port}`

/** A list as Go prints it with %q: `["192.0.2.1" "2001:db8::1"]`. */
export const quotedList = (addresses: readonly Ip[]): string =>
  `[${addresses.map((address) => `"${formatIp(address)}"`).join(' ')}]`
