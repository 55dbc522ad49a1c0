// One capture while it runs: frames in, lines and packets out, until something ends it.
import { accountOf } from '../diagnose/capture/account.ts'
import type { CaptureInterface } from '../diagnose/capture/choose-interfaces.ts'
import type { CaptureSocket, CaptureSockets } from '../diagnose/capture/ports.ts'
import { type CaptureTally, Tally } from '../diagnose/capture/tally.ts'
import type { FrameSelection, ReceivedFrame } from '../diagnose/ports/probes.ts'
import { renderFrameJson, renderFrameText } from '../terminal/capture/frame-line.ts'
import { renderInterfaceTrouble } from '../terminal/capture/notices.ts'
import { columnsOf } from '../terminal/wrap.ts'
import { LINK_TYPE } from '../wire/pcap/capture.ts'
import { pcapngHeader, pcapngPacket } from '../wire/pcap/pcapng.ts'
import { BoundedOutput } from './bounded-output.ts'
import type { CaptureFile } from './capture-file.ts'
import type { CaptureWords } from './capture-request.ts'

export interface CaptureTerminal {
  readonly stdout: NodeJS.WritableStream & { readonly writableLength: number; readonly isTTY?: boolean }
  readonly say: (text: string) => void
  readonly signal: AbortSignal
}

export type CaptureEnd = 'stopped' | 'count' | 'duration' | 'no interface'

/** What waits for a reader of stdout may be this much. */
const STDOUT_LIMIT_BYTES = 1024 * 1024
/** A reader of stdout that takes nothing for this long after the end gets no more. */
const LEAVE_MS = 1000

export class CaptureRun {
  readonly #interfaces: readonly CaptureInterface[]
  readonly #words: CaptureWords
  readonly #terminal: CaptureTerminal
  readonly #tally = new Tally()
  readonly #sockets = new Map<number, CaptureSocket>()
  readonly #stdout: BoundedOutput
  readonly #nameColumns: number
  #packets: BoundedOutput | undefined
  /** undefined before the start and after the end: frames that come then do not count */
  #finish: ((end: CaptureEnd) => void) | undefined

  constructor(interfaces: readonly CaptureInterface[], words: CaptureWords, terminal: CaptureTerminal) {
    this.#interfaces = interfaces
    this.#words = words
    this.#terminal = terminal
    this.#stdout = new BoundedOutput(terminal.stdout, STDOUT_LIMIT_BYTES)
    this.#nameColumns = Math.max(...interfaces.map(({ name }) => columnsOf(name)))
  }

  /** @throws LbctlError */
  async open(sockets: CaptureSockets, selection: FrameSelection): Promise<void> {
    for (const { name, index, loopback } of this.#interfaces) {
      const socket = await sockets.open({
        interfaceName: name,
        selection,
        outgoing: !loopback,
        promiscuous: this.#words.promiscuous,
        onFrame: (frame) => this.#onFrame(frame, name),
        onError: (code) => this.#onTrouble(name, index, code),
      })
      this.#sockets.set(index, socket)
    }
  }

  /** @throws LbctlError when the file breaks */
  async until(
    durationMs: number | undefined,
    file: CaptureFile | undefined,
  ): Promise<{ readonly end: CaptureEnd; readonly tally: CaptureTally }> {
    const { signal } = this.#terminal
    const start = performance.now()
    this.#packets = this.#words.write === '-' ? this.#stdout : file?.output
    this.#packets?.write(pcapngHeader(this.#interfaces.map(described)))
    let timer: NodeJS.Timeout | undefined
    const stop = (): void => this.#finish?.('stopped')
    const ended = new Promise<CaptureEnd>((resolve) => {
      this.#finish = resolve
      signal.addEventListener('abort', stop)
      if (durationMs !== undefined) timer = setTimeout(() => resolve('duration'), durationMs)
      if (signal.aborted) resolve('stopped')
    })
    // Packet sockets alone would keep the process up, but a socket whose interface is gone does not.
    const stayUp = setInterval(() => undefined, 60_000)
    try {
      const end = await (file === undefined ? ended : Promise.race([ended, file.broken]))
      for (const socket of this.#sockets.values()) this.#tally.lost(socket.lost())
      return { end, tally: this.#tally.result(performance.now() - start) }
    } finally {
      this.#finish = undefined
      clearInterval(stayUp)
      clearTimeout(timer)
      signal.removeEventListener('abort', stop)
    }
  }

  #onFrame(frame: ReceivedFrame, interfaceName: string): void {
    const finish = this.#finish
    if (finish === undefined) return
    const account = accountOf(frame.bytes)
    const printed = this.#print(frame, account, interfaceName)
    const written = this.#write(frame)
    this.#tally.count(account.protocol, printed, written)
    if (this.#tally.frames !== this.#words.count) return
    // Those that are read in the same turn are too many.
    this.#finish = undefined
    finish('count')
  }

  #print(frame: ReceivedFrame, account: ReturnType<typeof accountOf>, interfaceName: string): boolean {
    if (this.#words.write === '-') return true
    const captured = { ...frame, account, interfaceName }
    const text =
      this.#words.output === 'json' ? renderFrameJson(captured) : renderFrameText(captured, this.#nameColumns)
    return this.#stdout.write(text)
  }

  #write({ bytes, atNs, interfaceIndex, direction, wireBytes }: ReceivedFrame): boolean {
    if (this.#packets === undefined) return true
    return this.#packets.write(
      pcapngPacket({
        interfaceIndex: this.#interfaces.findIndex(({ index }) => index === interfaceIndex),
        timestampNs: atNs,
        bytes,
        originalBytes: wireBytes,
        direction: direction === 'out' ? 'sent' : 'received',
        comment: undefined,
      }),
    )
  }

  #onTrouble(name: string, index: number, code: string): void {
    const socket = this.#sockets.get(index)
    if (socket === undefined) return
    this.#terminal.say(renderInterfaceTrouble(name, code))
    if (code === 'ENETDOWN') return
    this.#tally.lost(socket.lost())
    this.#sockets.delete(index)
    void socket.close()
    if (this.#sockets.size === 0) this.#finish?.('no interface')
  }

  /** Nothing is captured any more. May be called twice. */
  async close(): Promise<void> {
    this.#finish = undefined
    const sockets = [...this.#sockets.values()]
    this.#sockets.clear()
    await Promise.all(sockets.map((socket) => socket.close()))
  }

  /** Whether the reader of stdout has everything; one who has stopped reading is not waited for for ever. */
  async flushed(): Promise<boolean> {
    return this.#stdout.flush(LEAVE_MS)
  }
}

const described = ({ name }: CaptureInterface) => ({
  name,
  linkType: LINK_TYPE.ethernet,
  snapLengthBytes: 0,
})
