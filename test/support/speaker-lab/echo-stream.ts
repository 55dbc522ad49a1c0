// A steady stream of datagrams from many ports, each of which has to come back; the answers say from where.
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import type { NetLab } from '../namespaces.ts'
import type { LabHost } from './speaker-lab.ts'

const FLOWS = 24
const INTERVAL_MS = 4
/** On a busy machine an answer may be late, and is not lost for that. */
const PATIENCE_MS = 5000

export interface StreamResult {
  readonly sent: number
  readonly lost: number
  /** answers by the name in front */
  readonly byNode: Readonly<Record<string, number>>
}

export class EchoStream {
  readonly #sockets: Socket[] = []
  readonly #waiting = new Set<string>()
  readonly #byNode: Record<string, number> = {}
  #sent = 0
  #timer: NodeJS.Timeout | undefined

  /** 250 datagrams per second. */
  static async start(net: NetLab, from: LabHost, address: string, port: number): Promise<EchoStream> {
    const stream = new EchoStream()
    await net.inside(from.namespace, async () => {
      for (let i = 0; i < FLOWS; i++) {
        const socket = createSocket('udp4')
        socket.bind(0, from.address4)
        await once(socket, 'listening')
        // Refused for a moment counts as lost, not as a failure of the test.
        socket.on('error', () => undefined)
        socket.on('message', (message) => stream.#answered(message.toString()))
        stream.#sockets.push(socket)
      }
    })
    stream.#timer = setInterval(() => stream.#send(address, port), INTERVAL_MS)
    return stream
  }

  #send(address: string, port: number): void {
    const number = String(this.#sent++)
    this.#waiting.add(number)
    this.#sockets[this.#sent % FLOWS]?.send(number, port, address, () => undefined)
  }

  #answered(text: string): void {
    const [node = '', number = ''] = text.split(' ')
    if (this.#waiting.delete(number)) this.#byNode[node] = (this.#byNode[node] ?? 0) + 1
  }

  get byNode(): Readonly<Record<string, number>> {
    return this.#byNode
  }

  async stop(): Promise<StreamResult> {
    clearInterval(this.#timer)
    const end = Date.now() + PATIENCE_MS
    while (this.#waiting.size > 0 && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 10))
    for (const socket of this.#sockets) socket.close()
    return { sent: this.#sent, lost: this.#waiting.size, byNode: this.#byNode }
  }
}
