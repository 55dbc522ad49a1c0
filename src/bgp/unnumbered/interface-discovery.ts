// One interface: what happens becomes events of the machine, and its effects are done. Owns the socket and the timer.
import type { Ip } from '../../net/ip.ts'
import { ALL_ROUTERS, multicastMac } from '../../wire/ndp/solicited-node.ts'
import { discoveryFrame, hear, type OwnEnd } from './discovery-frames.ts'
import {
  type DiscoveryEvent,
  type DiscoveryState,
  type HeardRouter,
  NO_LINK,
  routerOf,
  stepDiscovery,
  wakeAtMs,
} from './machine.ts'
import type { DiscoveryLink, DiscoveryPorts, DiscoverySocket } from './ports.ts'

/** For status and logs. */
export interface DiscoveryStatus {
  readonly interfaceName: string
  /** `no-link`: missing, down, or without a link-local address */
  readonly state: 'no-link' | 'searching' | 'found' | 'failed'
  readonly router: Ip | undefined
  /** all that were heard, the peer first */
  readonly routers: readonly HeardRouter[]
  /** why nothing can be heard or sent here: the error of the socket, or the code of the system */
  readonly failure: unknown
}

export class InterfaceDiscovery {
  readonly #name: string
  readonly #ports: DiscoveryPorts
  readonly #onChange: () => void
  #state: DiscoveryState = NO_LINK
  #own: (OwnEnd & { readonly index: number }) | undefined
  #socket: DiscoverySocket | undefined
  #failure: unknown
  #cancel: () => void = () => {}

  constructor(name: string, ports: DiscoveryPorts, onChange: () => void) {
    this.#name = name
    this.#ports = ports
    this.#onChange = onChange
  }

  get router(): Ip | undefined {
    return routerOf(this.#state)
  }

  status(): DiscoveryStatus {
    const { router } = this
    const state =
      this.#own === undefined
        ? 'no-link'
        : this.#failure !== undefined
          ? 'failed'
          : router === undefined
            ? 'searching'
            : 'found'
    const { routers } = this.#state
    return { interfaceName: this.#name, state, router, routers, failure: this.#failure }
  }

  /** The link as it is now; undefined: there is none of that name. Calls must not overlap. */
  async setLink(link: DiscoveryLink | undefined): Promise<void> {
    const own = usable(link)
    if (own?.index !== this.#own?.index || own?.mac !== this.#own?.mac || this.#socket === undefined) {
      await this.#close()
      if (own !== undefined) await this.#open()
    }
    this.#own = own
    this.#step({ kind: 'link', own: this.#socket === undefined ? undefined : own?.ip })
  }

  sessionIs(established: boolean): void {
    this.#step({ kind: 'session', established })
  }

  async stop(): Promise<void> {
    this.#cancel()
    this.#state = NO_LINK
    this.#own = undefined
    await this.#close()
  }

  async #open(): Promise<void> {
    try {
      this.#failure = undefined
      const socket = await this.#ports.frames.open(this.#name, (frame) => {
        const event = hear(frame)
        if (event !== undefined) this.#step(event)
      })
      this.#socket = socket
      // Solicitations go to all routers, a group that only forwarding hosts are in.
      socket.joinMulticast(multicastMac(ALL_ROUTERS))
    } catch (error) {
      // Tried again when the link changes.
      this.#failure = error
    }
  }

  async #close(): Promise<void> {
    const socket = this.#socket
    this.#socket = undefined
    this.#failure = undefined
    if (socket === undefined) return
    // Behind another card there may be another router, even with the same address of ours.
    this.#step({ kind: 'link', own: undefined })
    await socket.close()
  }

  #step(event: DiscoveryEvent): void {
    const moment = { nowMs: this.#ports.clock.nowMs(), random: this.#ports.random() }
    const before = routerOf(this.#state)
    const [state, effects] = stepDiscovery(this.#state, event, moment)
    this.#state = state
    const own = this.#own
    if (own !== undefined)
      for (const effect of effects) {
        const code = this.#socket?.send(discoveryFrame(effect, own))
        this.#failure = code
      }
    this.#wind()
    const after = routerOf(state)
    if (before?.value !== after?.value) this.#onChange()
  }

  #wind(): void {
    this.#cancel()
    const atMs = wakeAtMs(this.#state)
    this.#cancel =
      atMs === undefined
        ? () => {}
        : this.#ports.clock.after(Math.max(0, Math.ceil(atMs - this.#ports.clock.nowMs())), () =>
            this.#step({ kind: 'time' }),
          )
  }
}

function usable(link: DiscoveryLink | undefined): (OwnEnd & { readonly index: number }) | undefined {
  if (link === undefined || !link.up || link.mac === undefined || link.linkLocal === undefined)
    return undefined
  return { index: link.index, mac: link.mac, ip: link.linkLocal }
}
