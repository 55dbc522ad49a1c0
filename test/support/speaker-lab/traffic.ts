// What a client sees of an address: who answers on the link, TCP and UDP through the kernel. Sockets are made in the namespaces by
// this very process, and only to addresses that exist in them.
import { createSocket, type Socket as UdpSocket } from 'node:dgram'
import { once } from 'node:events'
import { createConnection, createServer, type Server } from 'node:net'
import type { WatchEvent, WatchSummary } from '../../../src/diagnose/watch/owner-timeline.ts'
import { runJs } from '../cli.ts'
import { eventually, type NetLab } from '../namespaces.ts'
import type { LabHost } from './speaker-lab.ts'

/** A server that tells its name to everybody who connects. */
export async function nameServer(net: NetLab, host: LabHost, port: number, name: string): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.end(name)
  })
  await net.inside(host.namespace, async () => {
    server.listen(port, '::')
    await once(server, 'listening')
  })
  return server
}

/** A datagram comes back with the name in front. */
export async function echoServer(
  net: NetLab,
  host: LabHost,
  address: string,
  port: number,
  name: string,
): Promise<UdpSocket> {
  const socket = createSocket('udp4')
  socket.on('message', (message, { address: from, port: fromPort }) =>
    socket.send(Buffer.concat([Buffer.from(`${name} `), message]), fromPort, from),
  )
  await net.inside(host.namespace, async () => {
    socket.bind(port, address)
    await once(socket, 'listening')
  })
  return socket
}

/** What the server says, or the code of the error. */
export async function connectTo(
  net: NetLab,
  host: LabHost,
  address: string,
  port: number,
  deadlineMs = 5000,
): Promise<string> {
  return net.inside(
    host.namespace,
    () =>
      new Promise<string>((resolve) => {
        const socket = createConnection({ host: address, port })
        const timer = setTimeout(() => {
          socket.destroy()
          resolve('TIMEOUT')
        }, deadlineMs)
        let said = ''
        socket.on('data', (chunk) => {
          said += chunk.toString()
        })
        socket.on('error', (error: NodeJS.ErrnoException) => {
          said = error.code ?? error.message
        })
        socket.on('close', () => {
          clearTimeout(timer)
          resolve(said)
        })
      }),
  )
}

/** The hardware address that the client's own kernel has for an address. */
export const neighbourOf = (net: NetLab, host: LabHost, address: string): string | undefined =>
  net
    .ipJson<{ dst: string; lladdr?: string }[]>(host.namespace, `neigh show dev ${host.link}`)
    .find(({ dst }) => dst === address)?.lladdr

/** Every hardware address that answers an ARP request, as arping sees them. */
export async function arpOwners(net: NetLab, host: LabHost, address: string): Promise<readonly string[]> {
  const { output } = await net.start(
    host.namespace,
    'arping',
    '-r',
    '-c',
    '2',
    '-w',
    '0.6',
    '-i',
    host.link,
    address,
  )
  return [...new Set(output.match(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/gm) ?? [])]
}

type WatchLine = { readonly event?: WatchEvent; readonly summary?: WatchSummary }

/** `lbctl diagnose arp ADDRESS --watch` on a host. */
export class OwnerWatch {
  readonly events: WatchEvent[] = []
  readonly #child: ReturnType<NetLab['background']>
  #summary: WatchSummary | undefined
  #output = ''

  constructor(
    net: NetLab,
    host: LabHost,
    address: string,
    words: readonly string[] = ['--interval', '10ms'],
  ) {
    const args = [
      runJs,
      'diagnose',
      'arp',
      address,
      '--watch',
      '-o',
      'json',
      '--interface',
      host.link,
      ...words,
    ]
    this.#child = net.background(host.namespace, process.execPath, ...args)
    let rest = ''
    this.#child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      this.#output += chunk
      const lines = `${rest}${chunk}`.split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) {
        const { event, summary } = JSON.parse(line) as WatchLine
        if (event !== undefined) this.events.push(event)
        this.#summary ??= summary
      }
    })
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#output += chunk.toString()
    })
  }

  /** Waits for the first answer. */
  async begun(): Promise<this> {
    await this.until('somebody answers', ({ kind }) => kind === 'first')
    return this
  }

  async until(what: string, probe: (event: WatchEvent) => boolean, deadlineMs = 30_000): Promise<WatchEvent> {
    return eventually(what, () => this.events.find(probe), deadlineMs).catch((error: Error) => {
      throw new Error(`${error.message}\n${this.#output}`)
    })
  }

  async stop(): Promise<WatchSummary> {
    this.#child.kill('SIGTERM')
    return eventually('the watch tells its summary', () => this.#summary)
  }
}
