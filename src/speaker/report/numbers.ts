// What the speaker counts, as it stands: for metrics and for the status. All labels that come from outside are bounded by the
// configuration: addresses that are announced, peers that are configured, interfaces of this host.

export interface SpeakerNumbers {
  readonly node: string
  readonly announced: readonly AnnouncedNumber[]
  readonly layer2: Layer2Numbers
  readonly peers: readonly PeerNumbers[]
  readonly members: { readonly alive: number; readonly suspect: number } | undefined
  readonly configuration: ConfigurationNumbers
  readonly decisions: DecisionNumbers
}

export interface AnnouncedNumber {
  /** `namespace/name` */
  readonly service: string
  readonly protocol: 'layer2' | 'bgp'
  readonly ip: string
}

export interface Layer2Numbers {
  /** by address that is announced */
  readonly byAddress: readonly {
    readonly ip: string
    readonly requests: number
    readonly answers: number
    readonly gratuitous: number
    readonly refreshes: number
  }[]
  readonly byInterface: readonly { readonly interface: string; readonly answers: number }[]
  /** claims by others for addresses of ours, by address */
  readonly conflicts: readonly { readonly ip: string; readonly count: number }[]
}

export interface PeerNumbers {
  /** name of the BGPPeer */
  readonly name: string
  /** `ADDRESS:PORT`, as MetalLB labels it */
  readonly peer: string
  readonly up: boolean
  readonly state: string
  readonly secondsInState: number
  /** UPDATEs sent since the start */
  readonly updates: number
  readonly announcedPrefixes: number
  readonly pendingPrefixes: number
}

export interface ConfigurationNumbers {
  /** a valid one was read at least once */
  readonly loaded: boolean
  /** the newest one is invalid, and the last valid one is in force */
  readonly stale: boolean
  readonly updates: number
  readonly errors: number
}

export interface DecisionNumbers {
  /** decisions about one Service each */
  readonly count: number
  /** from a change to its effects handed over: upper bounds in seconds, and how many took at most that long */
  readonly latency: {
    readonly buckets: readonly DecisionBucket[]
    readonly sumSeconds: number
    readonly count: number
  }
}

export interface DecisionBucket {
  readonly atMostSeconds: number
  readonly count: number
}
