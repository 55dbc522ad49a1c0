// Which cards and machines are virtual. Their fabric often drops frames of addresses that it does not know (finding F16).

const VIRTUAL_DRIVERS: ReadonlySet<string> = new Set([
  'virtio_net', // KVM, many clouds
  'vmxnet3', // VMware
  'hv_netvsc', // Hyper-V, Azure
  'mana', // Azure
  'xen-netfront',
  'vif', // the same by its other name
  'ena', // Amazon
  'gve', // Google
  'ibmveth', // IBM Power
])

export const isVirtualDriver = (driver: string): boolean => VIRTUAL_DRIVERS.has(driver)

/** By vendor or product of the machine's firmware, the more special first. */
const PLATFORMS: readonly (readonly [RegExp, string])[] = [
  [/amazon ec2|^amazon/i, 'Amazon EC2'],
  [/google/i, 'Google Compute Engine'],
  [/digitalocean/i, 'DigitalOcean'],
  [/hetzner/i, 'Hetzner Cloud'],
  [/alibaba/i, 'Alibaba Cloud'],
  [/oraclecloud/i, 'Oracle Cloud'],
  [/scaleway/i, 'Scaleway'],
  [/vultr/i, 'Vultr'],
  [/linode|akamai/i, 'Linode'],
  [/openstack/i, 'OpenStack'],
  [/nutanix/i, 'Nutanix AHV'],
  [/ovirt|rhev|red hat.*kvm/i, 'oVirt'],
  [/vmware/i, 'VMware'],
  [/virtualbox|innotek/i, 'VirtualBox'],
  [/parallels/i, 'Parallels'],
  [/\bxen\b/i, 'Xen'],
  [/microsoft corporation virtual machine/i, 'Hyper-V or Azure'],
  [/bhyve/i, 'bhyve'],
  [/qemu|\bkvm\b|standard pc|bochs/i, 'QEMU/KVM'],
]

/** undefined for hardware, and for what is not known here. */
export function virtualPlatform(vendor: string, product: string): string | undefined {
  const text = `${vendor} ${product}`.trim()
  return PLATFORMS.find(([pattern]) => pattern.test(text))?.[1]
}
