// What this host says of itself: sysfs, sysctl, and the rights of this process. The wing `linux` implements this.

/** What sysfs and sysctl say about an interface; undefined where the file is missing. */
export interface InterfaceFacts {
  readonly wireless: boolean
  readonly driver: string | undefined
  /** a virtual machine's card (virtio, vmxnet3, ena…): its fabric may filter foreign addresses */
  readonly virtualDriver: boolean
  readonly bond: { readonly mode: string; readonly activeSlave: string | undefined } | undefined
  readonly bridgeVlanFiltering: boolean | undefined
  readonly sysctl: {
    readonly rpFilter: number | undefined
    readonly arpIgnore: number | undefined
    readonly arpAnnounce: number | undefined
    readonly arpFilter: number | undefined
    readonly proxyArp: number | undefined
    readonly forwardingIpv4: number | undefined
    readonly forwardingIpv6: number | undefined
  }
}

export interface HostFacts {
  readonly dmiVendor: string | undefined
  readonly dmiProduct: string | undefined
  /** names the platform when vendor or product are those of a hypervisor or cloud */
  readonly virtualPlatform: string | undefined
  readonly ipForward: boolean | undefined
  /** as `net.ipv4.conf.all` has them; the kernel uses the larger of this and the interface's */
  readonly all: InterfaceFacts['sysctl']
}

export interface HostFactsReader {
  host(): Promise<HostFacts>
  interface(name: string): Promise<InterfaceFacts>
}

/** `CAP_NET_RAW` and so on, of this process. */
export interface Rights {
  has(capability: string): boolean
}
