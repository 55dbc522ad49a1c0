// What every daemon of the tests can be asked, whatever its own tools look like; and what they have in common.
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { BgpState } from '../../../src/bgp/peer.ts'
import { eventually, type NetLab } from '../namespaces.ts'
import { DaemonProcess } from './daemon-process.ts'
import type { NeighbourConfig, PeerConfig, PeerKind } from './peer-config.ts'
import type { PeerRoute } from './peer-route.ts'

const run = promisify(execFile)

/** About one neighbour, since the session is up. */
export interface PeerCounters {
  readonly updatesReceived: number
  /** that the daemon has of the neighbour now */
  readonly prefixesReceived: number
}

/** Methods about a neighbour speak of the first one when none is named. */
export interface BgpPeerDaemon {
  readonly kind: PeerKind
  readonly namespace: string
  readonly config: PeerConfig
  start(): Promise<void>
  sessionState(neighbour?: string): Promise<BgpState>
  /** Waits; when it does not come to pass, the error tells the daemon's log, its state and that of its network. */
  established(neighbour?: string): Promise<void>
  /** The same for any state. */
  reaches(state: BgpState | 'down', neighbour?: string): Promise<void>
  /** Waits until the daemon's routes of the neighbour satisfy `probe`; gives them. */
  routesThat(
    what: string,
    probe: (routes: readonly PeerRoute[]) => boolean,
    neighbour?: string,
  ): Promise<readonly PeerRoute[]>
  /** What it has of the neighbour, ascending by prefix. */
  routes(neighbour?: string): Promise<readonly PeerRoute[]>
  announce(...prefixes: readonly string[]): Promise<void>
  withdraw(...prefixes: readonly string[]): Promise<void>
  /** Asks the neighbour for its routes again. */
  refresh(neighbour?: string): Promise<void>
  /** Ends the session with Cease and these words, and keeps it down. */
  shutDownSession(words: string, neighbour?: string): Promise<void>
  /** Stops it as a machine that hangs: sockets open, nobody there. */
  pause(): void
  resume(): void
  /** `start` starts it again. */
  stop(): Promise<void>
  kill(): Promise<void>
  /** Everything that it has logged since the first start. */
  logs(): string
  counters(neighbour?: string): Promise<PeerCounters>
  /** Everything known about it, for a test that failed. */
  explain(): Promise<string>
}

/** Generous, for a machine that does eight other things: what is waited for usually takes well under a second. */
const DEADLINE_MS = 45_000

export abstract class PeerBase implements BgpPeerDaemon {
  abstract readonly kind: PeerKind
  readonly config: PeerConfig
  readonly namespace: string
  protected readonly lab: NetLab
  /** Configuration, sockets and logs; there until the lab is destroyed. */
  protected readonly folder: string
  readonly #processes: DaemonProcess[] = []

  constructor(lab: NetLab, namespace: string, config: PeerConfig) {
    this.lab = lab
    this.namespace = namespace
    this.config = config
    this.folder = lab.owns(mkdtempSync(join(tmpdir(), 'lbctl-peer-')))
  }

  abstract start(): Promise<void>
  abstract sessionState(neighbour?: string): Promise<BgpState>
  abstract routes(neighbour?: string): Promise<readonly PeerRoute[]>
  abstract announce(...prefixes: readonly string[]): Promise<void>
  abstract withdraw(...prefixes: readonly string[]): Promise<void>
  abstract refresh(neighbour?: string): Promise<void>
  abstract shutDownSession(words: string, neighbour?: string): Promise<void>
  abstract counters(neighbour?: string): Promise<PeerCounters>
  /** The daemon's own words on its sessions. */
  protected abstract stateText(): Promise<string>

  established(neighbour?: string): Promise<void> {
    return this.reaches('established', neighbour)
  }

  async reaches(state: BgpState | 'down', neighbour = this.first.neighbour): Promise<void> {
    const wanted = (now: BgpState) => (state === 'down' ? now !== 'established' : now === state)
    await this.#await(`the session of ${this.kind} with ${neighbour} is ${state}`, async () =>
      wanted(await this.sessionState(neighbour)) ? true : undefined,
    )
  }

  routesThat(
    what: string,
    probe: (routes: readonly PeerRoute[]) => boolean,
    neighbour = this.first.neighbour,
  ): Promise<readonly PeerRoute[]> {
    return this.#await(`${this.kind} has ${what}`, async () => {
      const routes = await this.routes(neighbour)
      return probe(routes) ? routes : undefined
    })
  }

  pause(): void {
    for (const process of this.#processes) process.signal('SIGSTOP')
  }

  resume(): void {
    for (const process of this.#processes) process.signal('SIGCONT')
  }

  async stop(): Promise<void> {
    this.resume()
    // The last started first: bgpd before zebra.
    for (const process of this.#processes.splice(0).reverse()) await process.stop()
  }

  async kill(): Promise<void> {
    for (const process of this.#processes.splice(0).reverse()) await process.kill()
  }

  logs(): string {
    return ['log', 'output']
      .map((name) => this.file(name))
      .filter((path) => existsSync(path))
      .map((path) => readFileSync(path, 'utf8'))
      .join('')
  }

  async explain(): Promise<string> {
    const state = await this.stateText().catch((error: unknown) => String(error))
    const network = ['address', 'route', '-6 route', 'neighbour', '-s link']
      .map((words) => `# ip ${words}\n${this.#ip(words)}`)
      .join('')
    const log = this.logs().split('\n').slice(-60).join('\n')
    return `--- ${this.kind} in ${this.namespace}: state\n${state}\n--- its log\n${log}\n--- its network\n${network}`
  }

  #ip(words: string): string {
    try {
      return this.lab.ip(this.namespace, words)
    } catch (error) {
      return String(error)
    }
  }

  async #await<T>(what: string, probe: () => Promise<T | undefined>): Promise<T> {
    try {
      return await eventually(
        what,
        () => {
          for (const process of this.#processes) process.check()
          return probe()
        },
        DEADLINE_MS,
      )
    } catch (error) {
      throw new Error(`${String(error)}\n${await this.explain()}`, { cause: error })
    }
  }

  protected get first(): NeighbourConfig {
    const [first] = this.config.neighbours
    if (first === undefined) throw new Error('a peer needs a neighbour')
    return first
  }

  protected file(name: string): string {
    return join(this.folder, name)
  }

  protected spawn(
    command: readonly [string, ...string[]],
    environment: Readonly<Record<string, string>> = {},
  ): void {
    this.#processes.push(
      new DaemonProcess(this.namespace, command, { output: this.file('output'), environment }),
    )
  }

  /** Standard output of a client of the daemon. */
  protected async ask(program: string, ...args: readonly string[]): Promise<string> {
    const { stdout } = await run(program, args, { maxBuffer: 256 * 1024 * 1024 })
    return stdout
  }

  /** Waits until the daemon answers its client; a daemon that ended fails at once. */
  protected async answers(probe: () => Promise<unknown>): Promise<void> {
    await this.#await(`${this.kind} answers its client`, () =>
      probe().then(
        () => true,
        () => undefined,
      ),
    )
  }
}
