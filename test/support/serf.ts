// Agents of Debian's serf on loopback addresses of their own.
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { promisify } from 'node:util'
import { eventually } from './namespaces.ts'

const execute = promisify(execFile)

export const SERF_PORT = 7946
let given = 0

/** An address of 127/8 that no other test on this machine uses. */
export function loopbackAddress(): string {
  given++
  return `127.${64 + (process.pid % 64)}.${(process.pid >> 6) % 256}.${given}`
}

export class SerfAgent {
  readonly name: string
  readonly address: string
  readonly log: string[] = []
  readonly #process: ChildProcess

  private constructor(name: string, address: string, flags: readonly string[]) {
    this.name = name
    this.address = address
    const words = ['agent', '-node', name, '-bind', `${address}:${SERF_PORT}`, '-rpc-addr', `${address}:7373`]
    this.#process = spawn('serf', [...words, '-log-level', 'debug', '-tag', 'role=test', ...flags], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [this.#process.stdout, this.#process.stderr])
      stream?.on('data', (chunk: Buffer) => this.log.push(...chunk.toString().split('\n')))
  }

  static async start(name: string, ...flags: readonly string[]): Promise<SerfAgent> {
    const agent = new SerfAgent(name, loopbackAddress(), flags)
    await eventually(
      `serf ${name} answers`,
      async () => ((await agent.members())[name] === 'alive' ? true : undefined),
      30_000,
    )
    return agent
  }

  /** Output of `serf VERB …` on this agent. Never waited for by blocking: an agent whose log is not read stands still. */
  async run(verb: string, ...words: readonly string[]): Promise<string> {
    const all = [verb, '-rpc-addr', `${this.address}:7373`, ...words]
    return (await execute('serf', all, { timeout: 30_000 })).stdout
  }

  /** Name → alive, leaving, left or failed; empty while the agent does not answer. */
  async members(): Promise<Readonly<Record<string, string>>> {
    try {
      const { members } = JSON.parse(await this.run('members', '-format', 'json')) as {
        readonly members: readonly { readonly name: string; readonly status: string }[]
      }
      return Object.fromEntries(members.map(({ name, status }) => [name, status]))
    } catch {
      return {}
    }
  }

  /** Lines that speak of something that went wrong. */
  complaints(): string[] {
    return this.log.filter((line) => /\[(ERR|WARN)\]/.test(line))
  }

  /** SIGKILL. */
  kill(): void {
    this.#process.kill('SIGKILL')
  }
}
