// A daemon as a process: in a namespace, its output in a file (a pipe that nobody reads would stop it), ended by its id.
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs'
import { eventually } from '../namespaces.ts'

export class DaemonProcess {
  readonly #child: ChildProcess
  readonly #title: string
  #failure: Error | undefined

  constructor(
    namespace: string,
    command: readonly [string, ...string[]],
    options: { output: string; environment?: Readonly<Record<string, string>> },
  ) {
    this.#title = command[0]
    const output = openSync(options.output, 'a')
    // `ip netns exec` becomes the program, so the id of this child is that of the daemon.
    this.#child = spawn('ip', ['netns', 'exec', namespace, ...command], {
      stdio: ['ignore', output, output],
      env: { ...process.env, ...options.environment },
    })
    closeSync(output)
    this.#child.on('error', (error) => {
      this.#failure = error
    })
  }

  /** Throws when it has ended, with how. */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure
    if (this.ended)
      throw new Error(`${this.#title} has ended: ${this.#child.exitCode ?? this.#child.signalCode}`)
  }

  get ended(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null
  }

  /** To it and to every process that it started: openbgpd is four. */
  signal(signal: NodeJS.Signals): void {
    const { pid } = this.#child
    if (pid === undefined || this.ended) return
    for (const one of familyOfProcess(pid)) {
      try {
        process.kill(one, signal)
      } catch {
        // gone already
      }
    }
  }

  /** SIGTERM to the daemon alone, which is to end its children itself; SIGKILL to all when it does not within 5 s. */
  async stop(): Promise<void> {
    if (this.ended) return
    this.#child.kill('SIGTERM')
    await eventually(`${this.#title} ends`, () => this.ended || undefined, 5000).catch(() => this.kill())
  }

  async kill(): Promise<void> {
    this.signal('SIGKILL')
    await eventually(`${this.#title} is killed`, () => this.ended || undefined)
  }
}

/** A process and its descendants, as far as they are in the tree now. */
function familyOfProcess(pid: number): number[] {
  try {
    const children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8')
        .split(' ')
        .filter((text) => text !== '')
        .map(Number),
    )
    return [pid, ...children.flatMap(familyOfProcess)]
  } catch {
    return [pid]
  }
}
