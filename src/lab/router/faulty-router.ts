// The router that something is wrong with: the same fault for everyone who connects.
import type { BgpListener, BgpListenOptions, BgpPorts } from '../../bgp/ports.ts'
import { ip } from '../../net/ip.ts'
import type { RouterEvent } from '../../router/running.ts'
import { FAULTS, type FaultyIdentity } from './fault.ts'
import type { FaultName } from './fault-names.ts'
import { FaultyPeer } from './faulty-peer.ts'

export interface FaultyRouterOptions extends FaultyIdentity {
  readonly fault: FaultName
  /** for the fault that is about signatures: one that no peer has */
  readonly password: string
}

export class FaultyRouter {
  readonly #options: FaultyRouterOptions
  readonly #ports: Omit<BgpPorts, 'sink'>
  readonly #tell: (event: RouterEvent) => void
  readonly #listeners: BgpListener[] = []
  readonly #peers = new Set<FaultyPeer>()

  constructor(
    options: FaultyRouterOptions,
    ports: Omit<BgpPorts, 'sink'>,
    tell: (event: RouterEvent) => void,
  ) {
    this.#options = options
    this.#ports = ports
    this.#tell = tell
  }

  /** @returns the port; the one that was asked for where nobody listens. Rejects with LbctlError. */
  async listen(options: BgpListenOptions): Promise<number> {
    const { closed, signed } = FAULTS[this.#options.fault]
    if (closed === true) return options.port
    const { transport, clock } = this.#ports
    const listener = await transport.listen(options, (accepted) => {
      const peer: FaultyPeer = new FaultyPeer({
        ...{ accepted, clock, fault: FAULTS[this.#options.fault], router: this.#options },
        tell: (what) => {
          this.#tell({ atMs: clock.wallMs(), kind: 'fault', remote: accepted.ends.remote, what })
        },
        onClosed: () => this.#peers.delete(peer),
      })
      this.#peers.add(peer)
    })
    this.#listeners.push(listener)
    if (signed === true) listener.setKey(ip(options.address.family, 0n), this.#options.password, 0)
    return listener.port
  }

  async stop(): Promise<void> {
    for (const peer of this.#peers) peer.leave()
    await Promise.all(this.#listeners.map((listener) => listener.close()))
  }
}
