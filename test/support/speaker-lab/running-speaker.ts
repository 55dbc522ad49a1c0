// The built `lbctl speaker run` as a process in a namespace: its log line by line, its status over its own socket.
import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { askSpeaker } from '../../../src/compose/speaker/status-socket.ts'
import type { SpeakerStatus, WhyStatus } from '../../../src/speaker/report/status.ts'
import { cleanEnv, root, runJs } from '../cli.ts'
import { eventually } from '../namespaces.ts'

/** Generous, for a machine that does other things: what is waited for usually takes well under a second. */
export const DEADLINE_MS = 30_000

export type LogLine = Readonly<Record<string, unknown>> & { readonly level: string; readonly ts: string }

export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** of performance.now() */
  readonly atMs: number
}

export interface SpeakerCommand {
  readonly namespace: string
  readonly stateDirectory: string
  /** after `speaker run` */
  readonly args: readonly string[]
  /** what stands before `node`, such as setpriv with its words */
  readonly prefix?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

export class RunningSpeaker {
  readonly #child: ChildProcess
  readonly #stateDirectory: string
  readonly exited: Promise<Exit>
  readonly lines: LogLine[] = []
  stdout = ''
  stderr = ''
  exit: Exit | undefined

  constructor({ namespace, stateDirectory, args, prefix = [], env = {} }: SpeakerCommand) {
    this.#stateDirectory = stateDirectory
    const words = [
      ...prefix,
      process.execPath,
      runJs,
      'speaker',
      'run',
      '--state-dir',
      stateDirectory,
      ...args,
    ]
    // `ip netns exec` and setpriv become the program, so the id of this child is that of the speaker.
    this.#child = spawn('ip', ['netns', 'exec', namespace, ...words], {
      stdio: ['ignore', 'pipe', 'pipe'],
      cwd: root,
      env: { ...cleanEnv(), ...env },
    })
    createInterface({ input: this.#child.stdout! }).on('line', (line) => {
      this.stdout += `${line}\n`
      if (line.startsWith('{')) this.lines.push(JSON.parse(line) as LogLine)
    })
    this.#child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      this.stderr += chunk
    })
    this.exited = new Promise((resolve) => {
      this.#child.once('exit', (code, signal) => {
        this.exit = { code, signal, atMs: performance.now() }
        resolve(this.exit)
      })
    })
  }

  get output(): string {
    return `${this.stdout}${this.stderr}`
  }

  /** Waits until it says that it runs; fails at once when it has ended. */
  async started(): Promise<this> {
    await this.until('it is started', () => this.logged(({ event }) => event === 'started'))
    return this
  }

  /** Fails with its output. */
  async until<T>(what: string, probe: () => T | undefined | Promise<T | undefined>): Promise<T> {
    try {
      return await eventually(
        what,
        () => {
          if (this.exit !== undefined) throw new Error(`the speaker has ended: ${JSON.stringify(this.exit)}`)
          return probe()
        },
        DEADLINE_MS,
      )
    } catch (error) {
      const status = await this.status().then(JSON.stringify, String)
      throw new Error(`${what}: ${String(error)}\n${this.output.slice(-6000)}\n${status}`, { cause: error })
    }
  }

  /** The first line that satisfies `probe`, from the `from`th on. */
  logged(probe: (line: LogLine) => boolean, from = 0): LogLine | undefined {
    return this.lines.slice(from).find(probe)
  }

  status(): Promise<SpeakerStatus> {
    return askSpeaker(this.#stateDirectory, { want: 'status' }) as Promise<SpeakerStatus>
  }

  why(about: string): Promise<readonly WhyStatus[]> {
    return askSpeaker(this.#stateDirectory, { want: 'why', about }) as Promise<readonly WhyStatus[]>
  }

  /** Waits until the status satisfies `probe`; gives it. */
  statusThat(what: string, probe: (status: SpeakerStatus) => boolean): Promise<SpeakerStatus> {
    return this.until(what, async () => {
      const status = await this.status()
      return probe(status) ? status : undefined
    })
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  /** By SIGTERM unless told otherwise. @returns how it ended, and after how long */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Exit & { readonly tookMs: number }> {
    const startMs = performance.now()
    this.signal(signal)
    const exit = await this.exited
    return { ...exit, tookMs: exit.atMs - startMs }
  }
}
