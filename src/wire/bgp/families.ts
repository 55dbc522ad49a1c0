// Address families as BGP numbers them (IANA: Address Family Numbers, SAFI).
import type { IpFamily } from '../../net/ip.ts'
import type { Reader } from '../reader.ts'
import type { Writer } from '../writer.ts'

export interface BgpFamily {
  readonly afi: number
  readonly safi: number
}

export const AFI = { ipv4: 1, ipv6: 2 } as const
const SAFI_UNICAST = 1

export const unicast = (family: IpFamily): BgpFamily => ({
  afi: family === 4 ? AFI.ipv4 : AFI.ipv6,
  safi: SAFI_UNICAST,
})

/** 4 or 6 for unicast of that family, the two whose routes we understand; undefined for all others. */
export function unicastFamily({ afi, safi }: BgpFamily): IpFamily | undefined {
  if (safi !== SAFI_UNICAST) return undefined
  return afi === AFI.ipv4 ? 4 : afi === AFI.ipv6 ? 6 : undefined
}

const AFI_NAMES: Readonly<Record<number, string>> = { 1: 'IPv4', 2: 'IPv6', 25: 'L2VPN', 16388: 'BGP-LS' }
const SAFI_NAMES: Readonly<Record<number, string>> = {
  1: 'unicast',
  2: 'multicast',
  4: 'labelled unicast',
  65: 'VPLS',
  70: 'EVPN',
  71: 'link state',
  128: 'VPN',
  132: 'route target',
  133: 'flow specification',
}

/** `IPv4 unicast`; numbers where there is no name. */
export const familyName = ({ afi, safi }: BgpFamily): string =>
  `${AFI_NAMES[afi] ?? `AFI ${afi}`} ${SAFI_NAMES[safi] ?? `SAFI ${safi}`}`

export const readFamily = (r: Reader): BgpFamily => ({ afi: r.u16(), safi: r.u8() })

export const writeFamily = (w: Writer, { afi, safi }: BgpFamily): Writer => w.u16(afi).u8(safi)
