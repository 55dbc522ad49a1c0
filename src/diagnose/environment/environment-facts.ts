// What is known before anything is installed, as plain JSON: this host, and the cluster if there is one. Nothing here is a judgement.
import type { ClusterFacts } from '../cluster/cluster-facts.ts'

export const ENVIRONMENT_FACTS_FORMAT = 'lbctl/environment-facts/1'

/** A part that was read, or why it was not: a whole sentence. */
export type Known<T> =
  | { readonly status: 'read'; readonly value: T }
  | { readonly status: 'not-read'; readonly reason: string }

export interface EnvironmentFacts {
  readonly format: typeof ENVIRONMENT_FACTS_FORMAT
  /** RFC 3339 */
  readonly takenAt: string
  readonly hostName: string
  readonly host: Known<HostEnvironment>
  readonly cluster: Known<ClusterFacts>
}

export interface HostEnvironment {
  /** of the firmware (DMI): `VMware, Inc.` */
  readonly vendor: string | undefined
  readonly product: string | undefined
  /** names the platform when vendor or product are those of a hypervisor or cloud */
  readonly platform: string | undefined
  readonly links: readonly EnvironmentLink[]
  /** name of the interface that the default route leaves by */
  readonly uplink: string | undefined
}

export interface EnvironmentLink {
  readonly name: string
  /** `bond`, `bridge`, `vlan`, `wireguard`…; undefined: a card */
  readonly kind: string | undefined
  /** ARPHRD number: 1 Ethernet, 65534 none */
  readonly hardwareType: number
  readonly up: boolean
  readonly loopback: boolean
  readonly noArp: boolean
  readonly wireless: boolean
  readonly mac: string | undefined
  readonly master: string | undefined
  readonly bondMode: string | undefined
  readonly vlanFiltering: boolean | undefined
  /** addresses other than link-local ones */
  readonly addresses: readonly string[]
}
