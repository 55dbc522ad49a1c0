// Who makes the hardware address that answered: enough to tell a printer from a virtual machine. Prefixes are from the public
// registry of IEEE and from what the hypervisors document; a small table on purpose.
import { isLocalMac, type Mac } from '../net/mac.ts'

export interface MacOrigin {
  /** `QEMU/KVM virtual machine`, `Intel`, `randomised or locally set` */
  readonly name: string
  readonly virtual: boolean
}

/** Longer prefixes before the shorter ones that hold them. */
const PREFIXES: readonly (readonly [prefix: string, name: string, virtual: boolean])[] = [
  ['52:54:00', 'QEMU/KVM virtual machine', true],
  ['00:50:56', 'VMware virtual machine', true],
  ['00:0c:29', 'VMware virtual machine', true],
  ['00:05:69', 'VMware virtual machine', true],
  ['00:1c:14', 'VMware virtual machine', true],
  ['08:00:27', 'VirtualBox virtual machine', true],
  ['0a:00:27', 'VirtualBox host interface', true],
  ['00:16:3e', 'Xen virtual machine', true],
  ['00:15:5d', 'Hyper-V virtual machine', true],
  ['00:1c:42', 'Parallels virtual machine', true],
  ['bc:24:11', 'Proxmox virtual machine', true],
  ['50:6b:8d', 'Nutanix virtual machine', true],
  ['fa:16:3e', 'OpenStack virtual machine', true],
  ['42:01:0a', 'Google Compute Engine', true],
  ['02:42', 'Docker container', true],
  ['ee:ee:ee:ee:ee:ee', 'Calico, which answers for every address', true],
  ['00:00:5e:00:01', 'VRRP virtual router', true],
  ['00:00:5e:00:02', 'VRRP virtual router', true],
  ['00:00:0c:07:ac', 'HSRP virtual router', true],
  ['b8:27:eb', 'Raspberry Pi', false],
  ['dc:a6:32', 'Raspberry Pi', false],
  ['e4:5f:01', 'Raspberry Pi', false],
  ['d8:3a:dd', 'Raspberry Pi', false],
  ['2c:cf:67', 'Raspberry Pi', false],
  ['28:cd:c1', 'Raspberry Pi', false],
  ['00:1b:21', 'Intel', false],
  ['a0:36:9f', 'Intel', false],
  ['3c:fd:fe', 'Intel', false],
  ['68:05:ca', 'Intel', false],
  ['b4:96:91', 'Intel', false],
  ['00:0a:f7', 'Broadcom', false],
  ['00:10:18', 'Broadcom', false],
  ['00:e0:4c', 'Realtek', false],
  ['00:02:c9', 'Mellanox', false],
  ['0c:42:a1', 'Mellanox', false],
  ['24:8a:07', 'Mellanox', false],
  ['b8:59:9f', 'Mellanox', false],
  ['00:25:90', 'Supermicro', false],
  ['0c:c4:7a', 'Supermicro', false],
  ['ac:1f:6b', 'Supermicro', false],
  ['00:14:22', 'Dell', false],
  ['b8:2a:72', 'Dell', false],
  ['00:17:a4', 'Hewlett-Packard', false],
  ['4c:5e:0c', 'MikroTik', false],
  ['e4:8d:8c', 'MikroTik', false],
  ['24:a4:3c', 'Ubiquiti', false],
  ['78:8a:20', 'Ubiquiti', false],
]

/** undefined for a globally unique address of a maker that the table lacks. */
export function macOrigin(mac: string): MacOrigin | undefined {
  const known = PREFIXES.find(([prefix]) => mac.startsWith(prefix))
  if (known !== undefined) return { name: known[1], virtual: known[2] }
  return isLocalMac(mac as Mac) ? { name: 'virtual or randomised', virtual: true } : undefined
}

/** `52:54:00:00:00:01 (QEMU/KVM virtual machine)` */
export function macWithOrigin(mac: string): string {
  const origin = macOrigin(mac)
  return origin === undefined ? mac : `${mac} (${origin.name})`
}
