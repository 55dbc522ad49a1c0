// What is asked, and what the collecting needs to answer it.
import type { Ip } from '../../net/ip.ts'
import type { Mac } from '../../net/mac.ts'
import type { HostFactsReader, Rights } from '../ports/host.ts'
import type { NetworkProbes } from '../ports/probes.ts'
import type { NetworkTables } from '../ports/tables.ts'
import type { ProbeSpec } from './probe-frame.ts'

/** Time, given from outside so that tests do not wait. */
export interface Clock {
  /** monotonic */
  nowMs(): number
  /** Resolves after `ms`, or as soon as `wake` aborts. Never rejects. */
  sleep(ms: number, wake?: AbortSignal): Promise<void>
}

/** The host that the diagnosis runs on. */
export interface Surroundings {
  readonly tables: NetworkTables
  readonly probes: NetworkProbes
  readonly facts: HostFactsReader
  readonly rights: Rights
  readonly clock: Clock
  readonly hostName: string
  readonly netns: string | undefined
}

/** A node as the user or the cluster names it; either list may be empty. */
export interface GivenNode {
  readonly name: string
  readonly addresses: readonly Ip[]
  readonly macs: readonly Mac[]
}

export interface LinkQuestion {
  /** as it was typed */
  readonly asked: string
  readonly target: Ip
  /** empty: as the route says */
  readonly interfaces: readonly string[] | 'all'
  /** must be an address of this host */
  readonly source: Ip | undefined
  readonly count: number
  readonly intervalMs: number
  readonly timeoutMs: number
  readonly vlanId: number | undefined
  readonly unicastTo: Mac | undefined
  /** TCP */
  readonly port: number | undefined
  readonly nodes: readonly GivenNode[] | undefined
}

/** What happens, while it happens, in plain words. */
export interface Progress {
  step(name: 'route' | 'interface' | 'neighbour' | 'reply' | 'nodes' | 'port', text: string): void
  /** This probe is being sent. Told as it is, because decoding it into words takes longer than sending it. */
  probe(spec: ProbeSpec): void
}

export const SILENT_PROGRESS: Progress = { step: () => undefined, probe: () => undefined }
