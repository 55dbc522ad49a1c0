import { describe, expect, it } from 'vitest'
import { type FactFiles, factsReader } from './facts.ts'
import { virtualPlatform } from './virtual-hardware.ts'

/** A file system of texts; `-> target` is a link. */
const filesOf = (tree: Record<string, string>): FactFiles => ({
  read: (path) => (tree[path]?.startsWith('-> ') ? undefined : tree[path]),
  exists: (path) => Object.keys(tree).some((each) => each === path || each.startsWith(`${path}/`)),
  link: (path) => (tree[path]?.startsWith('-> ') ? tree[path]?.slice(3) : undefined),
})

const conf = '/proc/sys/net/ipv4/conf'

describe('interface facts', () => {
  it('a bond over hardware', async () => {
    const reader = factsReader(
      filesOf({
        '/sys/class/net/bond0/bonding/mode': 'active-backup 1',
        '/sys/class/net/bond0/bonding/active_slave': 'eno1',
        '/sys/class/net/eno1/device/driver': '-> ../../../bus/pci/drivers/ixgbe',
        [`${conf}/bond0/rp_filter`]: '2',
        [`${conf}/bond0/arp_ignore`]: '1',
        [`${conf}/bond0/arp_announce`]: '2',
        [`${conf}/bond0/arp_filter`]: '0',
        [`${conf}/bond0/proxy_arp`]: '1',
        [`${conf}/bond0/forwarding`]: '1',
        '/proc/sys/net/ipv6/conf/bond0/forwarding': '0',
      }),
    )
    expect(await reader.interface('bond0')).toEqual({
      wireless: false,
      driver: undefined,
      virtualDriver: false,
      bond: { mode: 'active-backup', activeSlave: 'eno1' },
      bridgeVlanFiltering: undefined,
      sysctl: {
        rpFilter: 2,
        arpIgnore: 1,
        arpAnnounce: 2,
        arpFilter: 0,
        proxyArp: 1,
        forwardingIpv4: 1,
        forwardingIpv6: 0,
      },
    })
    expect(await reader.interface('eno1')).toMatchObject({ driver: 'ixgbe', virtualDriver: false })
  })

  it('wireless by either sign, virtual cards, bridges that filter', async () => {
    const reader = factsReader(
      filesOf({
        '/sys/class/net/wlan0/phy80211/name': 'phy0',
        '/sys/class/net/wlan1/wireless/status': '0',
        '/sys/class/net/ens3/device/driver': '-> /sys/bus/virtio/drivers/virtio_net',
        '/sys/class/net/br0/bridge/vlan_filtering': '1',
        '/sys/class/net/br1/bridge/vlan_filtering': '0',
        '/sys/class/net/bond1/bonding/mode': 'balance-rr 0',
        '/sys/class/net/bond1/bonding/active_slave': '',
      }),
    )
    expect((await reader.interface('wlan0')).wireless).toBe(true)
    expect((await reader.interface('wlan1')).wireless).toBe(true)
    expect(await reader.interface('ens3')).toMatchObject({
      wireless: false,
      driver: 'virtio_net',
      virtualDriver: true,
    })
    expect((await reader.interface('br0')).bridgeVlanFiltering).toBe(true)
    expect((await reader.interface('br1')).bridgeVlanFiltering).toBe(false)
    expect((await reader.interface('bond1')).bond).toEqual({ mode: 'balance-rr', activeSlave: undefined })
  })

  it.each(['', '.', '..', '../../etc', 'a/b'])('refuses %j as a name', async (name) => {
    await expect(factsReader(filesOf({})).interface(name)).rejects.toThrow(/not the name of an interface/)
  })
})

it('host facts', async () => {
  const reader = factsReader(
    filesOf({
      '/sys/class/dmi/id/sys_vendor': 'VMware, Inc.',
      '/sys/class/dmi/id/product_name': 'VMware Virtual Platform',
      '/proc/sys/net/ipv4/ip_forward': '1',
      [`${conf}/all/rp_filter`]: 'nonsense',
      [`${conf}/all/arp_ignore`]: '1',
    }),
  )
  expect(await reader.host()).toMatchObject({
    virtualPlatform: 'VMware',
    ipForward: true,
    all: { rpFilter: undefined, arpIgnore: 1 },
  })
  expect(await factsReader(filesOf({})).host()).toMatchObject({
    dmiVendor: undefined,
    virtualPlatform: undefined,
    ipForward: undefined,
  })
})

it.each([
  ['QEMU', 'Standard PC (i440FX + PIIX, 1996)', 'QEMU/KVM'],
  ['Amazon EC2', 'm5.large', 'Amazon EC2'],
  ['OpenStack Foundation', 'OpenStack Nova', 'OpenStack'],
  ['Microsoft Corporation', 'Virtual Machine', 'Hyper-V or Azure'],
  ['Microsoft Corporation', 'Surface Laptop', undefined],
  ['Hetzner', 'vServer', 'Hetzner Cloud'],
  ['Dell Inc.', 'PowerEdge R640', undefined],
  ['', '', undefined],
])('platform of %j %j', (vendor, product, platform) => {
  expect(virtualPlatform(vendor, product)).toBe(platform)
})
