// What this host shows. One row, one thing; the source stands above it.

import type { HostRow } from './environment-item.ts'
import { isGroupMaster } from './link-words.ts'
import { PLATFORMS } from './platforms.ts'

const PROXMOX_PREFIX = 'bc:24:11'

const UNLISTED = {
  reason: 'Nothing is known of what it does to addresses that it did not give out.',
  change: { text: 'If the address stays silent, let its virtual switch pass ARP for other addresses.' },
} as const

export const HOST_ROWS: readonly HostRow[] = [
  // Without a link there is nothing to send frames or packets by: that no other row objects means nothing then.
  {
    id: 'no-link',
    code: undefined,
    layer2: 'fails',
    bgp: 'fails',
    reason: 'Neither ARP nor BGP gets out of a machine without a link to others.',
    change: { text: 'Plug in a cable, or set the interface up.', command: 'ip -br link' },
    find: ({ links }) => {
      if (links.some(({ up, loopback }) => up && !loopback)) return undefined
      const down = links.filter(({ loopback }) => !loopback).map(({ name }) => name)
      return {
        title: down.length === 0 ? 'no interface but the loopback' : `no interface is up: ${down.join(', ')}`,
      }
    },
  },
  // failure-modes.md F15; metallb.md §8.2 row 8
  {
    id: 'wireless',
    code: 'F15',
    layer2: 'works',
    bgp: 'works',
    reason: 'Wireless cards and access points drop ARP for addresses that a station does not have.',
    change: undefined,
    find: ({ links, uplink }) => {
      const found = links.filter(({ wireless }) => wireless)
      const [first] = found
      if (first === undefined) return undefined
      const title = `wireless: ${found.map(({ name }) => name).join(', ')}`
      if (!found.some(({ name }) => name === uplink)) return { title: `${title}, which is not the uplink` }
      return {
        title,
        layer2: 'change',
        change: {
          text: 'Use a cable. Where that cannot be, make the interface promiscuous at every start, or use BGP.',
          command: `ip link set ${first.name} promisc on`,
        },
      }
    },
  },
  // failure-modes.md F16; metallb.md §8.3 "Clouds"
  {
    id: 'platform',
    code: 'F16',
    layer2: 'works',
    bgp: 'works',
    reason: '',
    change: undefined,
    find: ({ platform, vendor, product, links }) => {
      if (platform === undefined) return undefined
      const proxmox = links.some(({ mac }) => mac?.startsWith(PROXMOX_PREFIX) === true)
      if (proxmox) return undefined
      const row = PLATFORMS.find((each) => each.platform === platform)
      const title = `virtual machine: ${platform} (${[vendor, product].filter((each) => each !== undefined).join(', ')})`
      if (row === undefined) return { title, ...UNLISTED }
      const { layer2, bgp, reason, change } = row
      return { title, layer2, bgp, reason, change: { text: change } }
    },
  },
  // failure-modes.md F16: Proxmox ipfilter, MAC filter of its firewall
  {
    id: 'proxmox',
    code: 'F16',
    layer2: 'works',
    bgp: 'works',
    reason: 'The firewall of Proxmox can drop ARP and packets of addresses that are not on its list.',
    change: {
      text: 'If the firewall of Proxmox is on for the nodes, switch off "MAC filter" and "IP filter", or add the pool to the IPSet ipfilter-net0.',
    },
    find: ({ links }) =>
      links.some(({ mac }) => mac?.startsWith(PROXMOX_PREFIX) === true)
        ? { title: `virtual machine: Proxmox, by its hardware address (${PROXMOX_PREFIX}…)` }
        : undefined,
  },
  // failure-modes.md F17
  {
    id: 'tunnel',
    code: 'F17',
    layer2: 'works',
    bgp: 'works',
    reason:
      'There is no ARP on a layer 3 tunnel, so MetalLB skips it; and WireGuard ties each address to one peer.',
    change: undefined,
    find: ({ links, uplink }) => {
      const found = links.filter(({ kind, hardwareType }) => kind === 'wireguard' || hardwareType === 65534)
      if (found.length === 0) return undefined
      const title = `layer 3 tunnel: ${found.map(({ name, kind }) => `${name}${kind === undefined ? '' : ` (${kind})`}`).join(', ')}`
      const others = links.filter(
        (link) => !found.includes(link) && !link.loopback && link.up && link.addresses.length > 0,
      )
      if (others.length > 0 && !found.some(({ name }) => name === uplink))
        return { title: `${title}, beside other interfaces` }
      return {
        title,
        layer2: 'fails',
        change: {
          text: "Use BGP over the tunnel with the next hop in AllowedIPs, or announce on a card by the advertisement's interfaces.",
        },
      }
    },
  },
  // failure-modes.md F19: modes 5 and 6 rewrite hardware addresses
  {
    id: 'bond',
    code: 'F19',
    layer2: 'works',
    bgp: 'works',
    reason:
      'balance-tlb and balance-alb send from the addresses of changing cards; with 1 and 4 nothing is to be done.',
    change: undefined,
    find: ({ links }) => {
      const bonds = links.filter(({ bondMode }) => bondMode !== undefined)
      if (bonds.length === 0) return undefined
      const title = `bond: ${bonds.map(({ name, bondMode }) => `${name} (${bondMode})`).join(', ')}`
      return bonds.some(({ bondMode }) => bondMode === 'balance-alb' || bondMode === 'balance-tlb')
        ? { title, layer2: 'change', change: { text: 'Use bond mode active-backup (1) or 802.3ad (4).' } }
        : { title }
    },
  },
  // failure-modes.md F19: VLAN-aware bridges
  {
    id: 'bridge',
    code: 'F19',
    layer2: 'works',
    bgp: 'works',
    reason:
      'MetalLB announces on the bridge and not on its parts; one that filters VLANs must let the VLAN of the pool through to itself.',
    change: undefined,
    find: ({ links, uplink }) => {
      const bridges = links.filter(
        (link) => link.kind === 'bridge' && (link.name === uplink || isGroupMaster(link, links)),
      )
      if (bridges.length === 0) return undefined
      return {
        title: `bridge: ${bridges.map(({ name, vlanFiltering }) => `${name}${vlanFiltering === true ? ' (filters VLANs)' : ''}`).join(', ')}`,
      }
    },
  },
  // failure-modes.md F19, F14: the pool has to be of the VLAN's subnet
  {
    id: 'vlan',
    code: 'F14',
    layer2: 'works',
    bgp: 'works',
    reason: 'The pool has to be on the subnet of the VLAN on which its clients, or their router, ask.',
    change: undefined,
    find: ({ links }) => {
      const vlans = links.filter(({ kind }) => kind === 'vlan')
      return vlans.length === 0 ? undefined : { title: `VLAN: ${vlans.map(({ name }) => name).join(', ')}` }
    },
  },
]
