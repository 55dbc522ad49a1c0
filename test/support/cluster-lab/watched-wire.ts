// What the wire and the router say while something else happens: every answer to a request each 100 ms, and every route that goes.
import type { ChildProcess } from 'node:child_process'
import { eventually, type NetLab } from '../namespaces.ts'
import type { LabHost, SpeakerLab } from '../speaker-lab/speaker-lab.ts'

export interface Asked {
  readonly sent: number
  readonly answered: number
  /** hardware addresses, in the order in which they were first heard */
  readonly owners: readonly string[]
}

/** arping on the client, ten requests a second; what it counted it tells at its end. */
export class SteadyArping {
  readonly #child: ChildProcess
  readonly #ended: Promise<void>
  #text = ''

  constructor({ net, client }: SpeakerLab, address: string) {
    const words = ['-W', '0.1', '-i', client.link, address]
    this.#child = net.background(client.namespace, 'arping', ...words)
    this.#child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      this.#text += chunk
    })
    this.#ended = new Promise((resolve) => this.#child.once('close', () => resolve()))
  }

  get owners(): readonly string[] {
    return [
      ...new Set(
        [...this.#text.matchAll(/ from ((?:[0-9a-f]{2}:){5}[0-9a-f]{2})/g)].map(([, mac = '']) => mac),
      ),
    ]
  }

  /** Waits for the first answer. */
  async begun(): Promise<this> {
    await eventually('somebody answers', () => this.owners.length > 0, 20_000)
    return this
  }

  async stop(): Promise<Asked> {
    this.#child.kill('SIGINT')
    await this.#ended
    const [, sent, heard, extra] =
      /(\d+) packets transmitted, (\d+) packets received, +\d+% unanswered \((\d+) extra\)/.exec(
        this.#text,
      ) ?? []
    return { sent: Number(sent), answered: Number(heard) - Number(extra), owners: this.owners }
  }
}

/** `ip monitor route` on a host: the lines that take a route away. */
export class RouteWatch {
  readonly #child: ChildProcess
  #text = ''

  constructor(net: NetLab, host: LabHost) {
    this.#child = net.background(host.namespace, 'ip', 'monitor', 'route')
    this.#child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      this.#text += chunk
    })
  }

  /** Every line about the prefix since the beginning, those of `ip route` with `Deleted` in front of what is gone. */
  of(prefix: string): readonly string[] {
    const shown = prefix.replace(/\/32$|\/128$/, '')
    return this.#text.split('\n').filter((line) => line.split(/\s+/).includes(shown))
  }

  get lines(): number {
    return this.#text.split('\n').length
  }

  stop(): void {
    this.#child.kill('SIGTERM')
  }
}
