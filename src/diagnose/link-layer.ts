// What an interface can and cannot do at the link layer, and on which ones MetalLB announces.
import type { ExaminedInterface } from './facts/link-facts.ts'

/** ARPHRD_ETHER */
const ARPHRD_ETHERNET = 1
/** if_arp.h: what carries packets without a link-layer address to resolve. */
const LAYER_3_TYPES: ReadonlyMap<number, string> = new Map([
  [65534, 'none (WireGuard, tun)'],
  [512, 'PPP'],
  [519, 'raw IP'],
  [768, 'IPv4 tunnel'],
  [769, 'IPv6 tunnel'],
  [776, 'IPv6 in IPv4 tunnel'],
  [778, 'GRE tunnel'],
  [823, 'GRE over IPv6 tunnel'],
])

export const hardwareTypeName = (type: number): string =>
  type === ARPHRD_ETHERNET ? 'Ethernet' : (LAYER_3_TYPES.get(type) ?? 'not Ethernet')

/** The route leads to many hosts: nobody has such an address as their own. */
export const isGroupRoute = ({ type }: { readonly type: string | undefined }): boolean =>
  type === 'broadcast' || type === 'multicast'

/** Why no ARP or neighbour discovery can be spoken on an interface. */
export type Obstacle = 'layer-3' | 'no-arp' | 'not-ethernet' | 'loopback' | 'down' | 'no-carrier' | 'enslaved'

type LinkState = Pick<ExaminedInterface, 'hardwareType' | 'noArp' | 'loopback' | 'up' | 'carrier' | 'master'>

/** It carries packets that have no hardware addresses. */
export const isLayer3 = (hardwareType: number): boolean => LAYER_3_TYPES.has(hardwareType)

/** Lasting reasons come before passing ones. */
export function obstacleOf(link: LinkState): Obstacle | undefined {
  if (link.loopback) return 'loopback'
  if (LAYER_3_TYPES.has(link.hardwareType)) return 'layer-3'
  if (link.hardwareType !== ARPHRD_ETHERNET) return 'not-ethernet'
  if (link.noArp) return 'no-arp'
  if (link.master !== undefined && link.master.kind !== 'vrf') return 'enslaved'
  if (!link.up) return 'down'
  return link.carrier === false ? 'no-carrier' : undefined
}

/** ConfigMap metallb-excludel2 as MetalLB installs it: names that it never announces on. The search is not anchored. */
const EXCLUDED_NAMES =
  /(^docker.*)|(^cbr.*)|(^dummy.*)|(^virbr.*)|(^lxcbr.*)|(^veth.*)|(^lo$)|(^cali.*)|(^tunl.*)|(^flannel.*)|(^kube-ipvs.*)|(^cni.*)|(^nodelocaldns.*)|(^lxc.*)/

/** Answers to neighbour discovery come from it. */
export const NO_LINK_LOCAL = 'it has no usable link-local address'

/** What MetalLB looks at when it chooses where to announce. */
export interface AnnouncingLink extends Pick<ExaminedInterface, 'name' | 'up' | 'noArp' | 'broadcast'> {
  readonly master: { readonly name: string } | undefined
  readonly addresses: readonly Pick<
    ExaminedInterface['addresses'][number],
    'linkLocal' | 'tentative' | 'dadFailed'
  >[]
}

/** Why MetalLB with its default exclude list would not announce on an interface; in the order in which it looks. */
export function notAnnouncedOn(link: AnnouncingLink, family: 4 | 6): string | undefined {
  if (EXCLUDED_NAMES.test(link.name)) return 'its name is on the default exclude list'
  if (!link.up) return 'it is down'
  if (link.master !== undefined) return `it is part of ${link.master.name}`
  if (link.noArp) return 'it has the flag NOARP'
  if (family === 4 && !link.broadcast) return 'it has no broadcast'
  const linkLocal = link.addresses.some((own) => own.linkLocal && !own.tentative && !own.dadFailed)
  return family === 6 && !linkLocal ? NO_LINK_LOCAL : undefined
}
