// `lbctl router run -o json` as a process: its events, and its end.
import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { root, runJs } from './cli.ts'
import { eventually } from './namespaces.ts'

export interface RouterLine {
  readonly event: string
  readonly [field: string]: unknown
}

export class RouterProcess {
  readonly events: RouterLine[] = []
  readonly #child: ChildProcess
  #stderr = ''
  #ended: { code: number | null; signal: NodeJS.Signals | null } | undefined

  /** @param namespace the network namespace to run in; undefined: that of the tests */
  private constructor(args: readonly string[], namespace: string | undefined) {
    const command = [process.execPath, runJs, 'router', 'run', '-o', 'json', ...args]
    const [program = '', ...rest] =
      namespace === undefined ? command : ['ip', 'netns', 'exec', namespace, ...command]
    this.#child = spawn(program, rest, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
    if (this.#child.stdout !== null)
      createInterface({ input: this.#child.stdout }).on('line', (line) =>
        this.events.push(JSON.parse(line) as RouterLine),
      )
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text
    })
    this.#child.on('close', (code, signal) => {
      this.#ended = { code, signal }
    })
  }

  /** Started, and listening. */
  static async start(args: readonly string[], namespace?: string): Promise<RouterProcess> {
    const router = new RouterProcess(args, namespace)
    await router.sees('the router starts', ({ event }) => event === 'start')
    return router
  }

  get stderr(): string {
    return this.#stderr
  }

  /** of the first place where it listens */
  get port(): number {
    const places = this.events[0]?.['listen'] as string[] | undefined
    return Number(places?.[0]?.split(':').at(-1))
  }

  sees(what: string, match: (line: RouterLine) => boolean): Promise<RouterLine> {
    return eventually(
      what,
      () => {
        const found = this.events.find(match)
        if (found === undefined && this.#ended !== undefined) throw new Error(`ended: ${this.#stderr}`)
        return found
      },
      30_000,
    )
  }

  /** The last line that it printed, and how it ended. */
  async stop(
    signal: NodeJS.Signals = 'SIGINT',
  ): Promise<{ summary: RouterLine | undefined; code: number | null }> {
    this.#child.kill(signal)
    const { code } = await eventually('the router ends', () => this.#ended, 15_000)
    return { summary: this.events.at(-1), code }
  }

  /** For the end of a test, however it went. */
  kill(): void {
    this.#child.kill('SIGKILL')
  }
}
