// Router discovery on the interfaces of all unnumbered peers, followed as links come and go.
import type { Ip } from '../../net/ip.ts'
import { type DiscoveryStatus, InterfaceDiscovery } from './interface-discovery.ts'
import type { DiscoveryPorts } from './ports.ts'

export class RouterDiscovery {
  readonly #ports: DiscoveryPorts
  readonly #onChange: () => void
  readonly #interfaces = new Map<string, InterfaceDiscovery>()
  #wanted: ReadonlySet<string> = new Set()
  #unwatch: Promise<() => void> | undefined
  #work: Promise<void> = Promise.resolve()

  /** `onChange`: the router of an interface is another one, or known now, or not any more. */
  constructor(ports: DiscoveryPorts, onChange: () => void) {
    this.#ports = ports
    this.#onChange = onChange
  }

  /** All interfaces on which routers are looked for; a name need not exist yet. Rejects when the links cannot be read. */
  set(interfaceNames: Iterable<string>): Promise<void> {
    this.#wanted = new Set(interfaceNames)
    if (this.#wanted.size > 0)
      this.#unwatch ??= this.#ports.links.watch(() => {
        // Read again at the next change; a set that is called rejects for the caller.
        this.#follow().catch(() => undefined)
      })
    return this.#follow()
  }

  /** Address of the router behind an interface; undefined: none was heard. */
  router(interfaceName: string): Ip | undefined {
    return this.#interfaces.get(interfaceName)?.router
  }

  /** As long as a session with the router stands, no other router takes its place. */
  sessionIs(interfaceName: string, established: boolean): void {
    this.#interfaces.get(interfaceName)?.sessionIs(established)
  }

  status(): readonly DiscoveryStatus[] {
    return [...this.#interfaces.values()].map((one) => one.status())
  }

  async stop(): Promise<void> {
    await this.set([])
    const unwatch = await this.#unwatch
    this.#unwatch = undefined
    unwatch?.()
  }

  /** One after the other: each sees the links as they are when its turn comes. */
  #follow(): Promise<void> {
    const turn = this.#work.then(async () => {
      await this.#unwatch
      const wanted = this.#wanted
      for (const [name, discovery] of this.#interfaces)
        if (!wanted.has(name)) {
          this.#interfaces.delete(name)
          await discovery.stop()
        }
      if (wanted.size === 0) return
      const links = new Map((await this.#ports.links.list()).map((link) => [link.name, link]))
      for (const name of wanted) await this.#of(name).setLink(links.get(name))
    })
    this.#work = turn.catch(() => undefined)
    return turn
  }

  #of(name: string): InterfaceDiscovery {
    const known = this.#interfaces.get(name)
    if (known !== undefined) return known
    const made = new InterfaceDiscovery(name, this.#ports, this.#onChange)
    this.#interfaces.set(name, made)
    return made
  }
}
