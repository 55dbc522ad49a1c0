// What a hypervisor or a cloud does to addresses that it did not hand out. The name is that of the firmware, or of the providerID
// of the nodes; nobody is asked, the metadata addresses of clouds least of all.
// Sources: metallb.md §8.3 "Clouds" and "OpenStack"; failure-modes.md F16.
import type { Effect } from './environment-item.ts'

export interface PlatformRow {
  /** as the firmware's names are read */
  readonly platform: string
  /** scheme of `spec.providerID` */
  readonly provider: string | undefined
  readonly layer2: Effect
  readonly bgp: Effect
  readonly reason: string
  readonly change: string
}

const FABRIC =
  'The virtual network answers ARP by itself, only for addresses that it gave out, and speaks no BGP with machines.'
const own = `Use the provider's own load balancer: its cloud controller handles Services of type LoadBalancer.`
const cloud = (platform: string, provider: string): PlatformRow => ({
  platform,
  provider,
  layer2: 'fails',
  bgp: 'fails',
  reason: FABRIC,
  change: own,
})
const guest = (
  platform: string,
  provider: string | undefined,
  reason: string,
  change: string,
  layer2: Effect = 'change',
  bgp: Effect = 'works',
): PlatformRow => ({ platform, provider, layer2, bgp, reason, change })

export const PLATFORMS: readonly PlatformRow[] = [
  // metallb.md §8.3: AWS, Azure, DigitalOcean, GCP: no.
  cloud('Amazon EC2', 'aws'),
  cloud('Google Compute Engine', 'gce'),
  cloud('DigitalOcean', 'digitalocean'),
  cloud('Azure', 'azure'),
  // metallb.md §8.3: OpenStack: port security, or allowed-address-pairs.
  guest(
    'OpenStack',
    'openstack',
    'Port security of Neutron drops ARP and packets of addresses that a port does not have.',
    'Allow the pool on the port of every node: openstack port set --allowed-address ip-address=POOL PORT',
  ),
  // failure-modes.md F16: forged transmits, MAC changes.
  guest(
    'VMware',
    'vsphere',
    'A virtual switch may drop frames with addresses that it did not assign; breaks show up after a vMotion.',
    'If the address stays silent, accept "Forged transmits" and "MAC address changes" on the port group.',
    'works',
  ),
  guest(
    'Hyper-V or Azure',
    undefined,
    'If this is Azure, neither way works. Hyper-V drops frames of other hardware addresses unless MAC spoofing is on.',
    'On Hyper-V: Set-VMNetworkAdapter -VMName NODE -MacAddressSpoofing On. On Azure: use its load balancer.',
  ),
  guest(
    'Nutanix AHV',
    undefined,
    'AHV can be set to drop ARP of addresses that a virtual machine was not given.',
    'Use an unmanaged network (without IPAM) for the nodes.',
  ),
  // metallb.md §8.3: Hetzner yes (notes); failure-modes.md F16 and §3.5: no ARP in the Cloud network.
  guest(
    'Hetzner Cloud',
    'hcloud',
    'There is no ARP between servers, and no router that speaks BGP; floating addresses are moved by the API.',
    'Use the Hetzner load balancer, or routes of the private network that the API moves.',
    'fails',
    'fails',
  ),
  guest(
    'Vultr',
    'vultr',
    'Vultr routes addresses to servers by BGP.',
    'Ask for BGP in the account, and peer with the address that Vultr names.',
  ),
  ...['Alibaba Cloud', 'Oracle Cloud', 'Scaleway', 'Linode'].map((name) =>
    guest(
      name,
      undefined,
      'Clouds mostly know only addresses that they gave out; MetalLB does not list this one.',
      "Use the provider's own load balancer, or ask whether it speaks BGP with machines.",
      'fails',
      'change',
    ),
  ),
  // failure-modes.md F16: libvirt clean-traffic, Proxmox ipfilter and MAC filter.
  guest(
    'QEMU/KVM',
    undefined,
    'Plain KVM passes ARP; a filter such as clean-traffic of libvirt does not.',
    'If the address stays silent, look for a filterref in virsh dumpxml NODE.',
    'works',
  ),
  guest(
    'oVirt',
    undefined,
    'The default network filter vdsm-no-mac-spoofing drops other hardware addresses.',
    'Use a vNIC profile without network filter for the nodes.',
  ),
  guest(
    'Xen',
    undefined,
    'Switch port locking drops ARP of other addresses.',
    'Leave the locking mode of the ports unlocked.',
    'works',
  ),
  guest(
    'VirtualBox',
    undefined,
    'A NAT network delivers nothing to the guest but what is forwarded, and the adapter may drop what is for others.',
    'Attach the nodes to a bridged network, not to NAT; if the address stays silent, let the adapter be promiscuous (VBoxManage modifyvm NODE --nicpromisc1 allow-all).',
    'works',
  ),
]
