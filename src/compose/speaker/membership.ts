// Whether this node and the others stand for election by layer 2, and who of them is alive.
import { allWeigh, WEIGHING_META } from '../../speaker/coexistence/weighing.ts'
import type { FactChange, Members } from '../../speaker/facts/facts.ts'
import type { LogSink } from '../../speaker/report/log-record.ts'
import type { MemberStatus } from '../../speaker/report/status.ts'
import { type GossipSide, startGossip } from './gossip-side.ts'
import type { NodeAddresses } from './node-addresses.ts'
import type { SpeakerSettings } from './speaker-settings.ts'

export interface MembershipOptions {
  readonly settings: Pick<SpeakerSettings, 'nodeName' | 'gossip'>
  readonly nodes: NodeAddresses
  /** this speaker lets preferredNodeSelectors count when all others do */
  readonly weighs: boolean
  /** the facts are those of files */
  readonly withoutCluster: boolean
  /**
   * This host answers on its links. One that does not must not be elected: the address would be answered for by nobody. So it
   * stays out of the gossip, and counts itself for dead.
   */
  readonly answers: boolean
  readonly log: LogSink
  /** `current` is another one */
  readonly onChange: () => void
}

/**
 * So long others are waited for at the start. A join takes milliseconds; this leaves time for one lost SYN, and for speakers that are
 * started at the same moment. Others that do not come hold up the first announcement no longer.
 */
const FIRST_JOIN_MS = 1000

export class Membership {
  readonly #options: MembershipOptions
  #gossip: GossipSide | undefined
  #joined = false
  #onCompany = (): void => undefined

  constructor(options: MembershipOptions) {
    this.#options = options
  }

  /** Opens the sockets and tells nobody yet. @throws LbctlError */
  async start(): Promise<void> {
    const { settings, answers, weighs, log } = this.#options
    if (!answers || settings.gossip === undefined) return
    this.#gossip = await startGossip({
      nodeName: settings.nodeName,
      settings: settings.gossip,
      meta: weighs ? WEIGHING_META : new Uint8Array(0),
      log,
      onChange: () => {
        if (this.#joined) this.#options.onChange()
        else if (this.#hasCompany) this.#onCompany()
      },
    })
  }

  /**
   * Until the others were looked for, every Node counts as alive: who wins against all of them wins against fewer, too. Where
   * Nodes are not known, nobody is taken for granted.
   */
  get current(): Members {
    const { nodes, answers } = this.#options
    if (!answers) return new Set(nodes.others)
    if (this.#gossip === undefined) return undefined
    if (this.#joined) return this.#gossip.members()
    return nodes.others.length > 0 ? undefined : new Set()
  }

  /** As a change of the facts. */
  get fact(): Extract<FactChange, { kind: 'members' }> {
    return { kind: 'members', members: this.current, weighing: this.#weighing }
  }

  /** Without gossip nobody knows who else speaks, unless nobody can: a speaker of files is one of lbctl. */
  get #weighing(): boolean {
    const { weighs, withoutCluster } = this.#options
    if (this.#gossip === undefined) return weighs && withoutCluster
    return this.#joined && allWeigh(this.#gossip.metadata())
  }

  /**
   * Tells the others. Resolves when each was tried once and one of them is there, or after a while; at once where there are no others
   * to be tried.
   */
  async join(): Promise<void> {
    if (this.#gossip === undefined) return
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, FIRST_JOIN_MS)
    })
    await Promise.race([this.#findOthers(this.#gossip), late])
    clearTimeout(timer)
    this.#joined = true
    this.#options.onChange()
  }

  async #findOthers(gossip: GossipSide): Promise<void> {
    const company = new Promise<void>((resolve) => {
      this.#onCompany = resolve
    })
    const tried = await gossip.join(this.#options.nodes.ofOthers())
    if (tried > 0 && !this.#hasCompany) await company
  }

  get #hasCompany(): boolean {
    return this.#gossip !== undefined && this.#gossip.members().size > 1
  }

  /** The nodes other than this one are others now, or elsewhere. */
  nodesChanged(): void {
    if (!this.#options.answers) this.#options.onChange()
    else if (this.#joined) void this.#gossip?.join(this.#options.nodes.ofOthers())
  }

  /** undefined: nobody watches */
  status(): readonly MemberStatus[] | undefined {
    return this.#gossip?.status()
  }

  /** @returns whether there is somebody to take over */
  async leave(): Promise<boolean> {
    await this.#gossip?.leave()
    return this.#hasCompany
  }
}
