// What sysfs and sysctl say about interfaces and the host. Read synchronously: these files belong to the namespace of the
// reading thread, and asynchronous reads happen on threads that `enterNetns` did not move.
import { existsSync, readFileSync, readlinkSync } from 'node:fs'
import { basename } from 'node:path'
import type { HostFacts, HostFactsReader, InterfaceFacts } from '../diagnose/ports/host.ts'
import { LbctlError } from '../errors/lbctl-error.ts'
import { isVirtualDriver, virtualPlatform } from './virtual-hardware.ts'

/** Small text files; undefined for one that is missing or cannot be read. */
export interface FactFiles {
  read(path: string): string | undefined
  exists(path: string): boolean
  /** where a symbolic link points */
  link(path: string): string | undefined
}

const attempt = <T>(get: () => T): T | undefined => {
  try {
    return get()
  } catch {
    return undefined
  }
}

export const systemFiles: FactFiles = {
  read: (path) => attempt(() => readFileSync(path, 'utf8').trim()),
  exists: existsSync,
  link: (path) => attempt(() => readlinkSync(path)),
}

/** What is said about the host is read once: each interface is looked at together with it. */
export function factsReader(files: FactFiles = systemFiles): HostFactsReader {
  let host: HostFacts | undefined
  return {
    host: async () => {
      host ??= hostFacts(files)
      return host
    },
    interface: async (name) => interfaceFacts(files, name),
  }
}

function hostFacts(files: FactFiles): HostFacts {
  const dmiVendor = files.read('/sys/class/dmi/id/sys_vendor')
  const dmiProduct = files.read('/sys/class/dmi/id/product_name')
  const forward = number(files, '/proc/sys/net/ipv4/ip_forward')
  return {
    dmiVendor,
    dmiProduct,
    virtualPlatform: virtualPlatform(dmiVendor ?? '', dmiProduct ?? ''),
    ipForward: forward === undefined ? undefined : forward === 1,
    all: sysctlFacts(files, 'all'),
  }
}

function interfaceFacts(files: FactFiles, name: string): InterfaceFacts {
  // A name becomes part of a path. The kernel refuses these, too.
  if (name === '' || name === '.' || name === '..' || name.includes('/'))
    throw new LbctlError('usage', `"${name}" is not the name of an interface.`)
  const at = `/sys/class/net/${name}`
  const driver = files.link(`${at}/device/driver`)
  const filtering = number(files, `${at}/bridge/vlan_filtering`)
  return {
    wireless: files.exists(`${at}/wireless`) || files.exists(`${at}/phy80211`),
    driver: driver === undefined ? undefined : basename(driver),
    virtualDriver: driver !== undefined && isVirtualDriver(basename(driver)),
    bond: bondFacts(files, at),
    bridgeVlanFiltering: filtering === undefined ? undefined : filtering === 1,
    sysctl: sysctlFacts(files, name),
  }
}

/** bonding/mode is name and number: `active-backup 1`. */
function bondFacts(files: FactFiles, at: string): InterfaceFacts['bond'] {
  const mode = files.read(`${at}/bonding/mode`)?.split(' ')[0]
  if (mode === undefined || mode === '') return undefined
  return { mode, activeSlave: files.read(`${at}/bonding/active_slave`) || undefined }
}

function sysctlFacts(files: FactFiles, name: string): InterfaceFacts['sysctl'] {
  const ipv4 = (key: string) => number(files, `/proc/sys/net/ipv4/conf/${name}/${key}`)
  return {
    rpFilter: ipv4('rp_filter'),
    arpIgnore: ipv4('arp_ignore'),
    arpAnnounce: ipv4('arp_announce'),
    arpFilter: ipv4('arp_filter'),
    proxyArp: ipv4('proxy_arp'),
    forwardingIpv4: ipv4('forwarding'),
    forwardingIpv6: number(files, `/proc/sys/net/ipv6/conf/${name}/forwarding`),
  }
}

function number(files: FactFiles, path: string): number | undefined {
  const text = files.read(path)
  return text === undefined || !/^-?\d+$/.test(text) ? undefined : Number(text)
}
