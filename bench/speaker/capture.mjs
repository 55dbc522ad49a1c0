// What goes over a link, with the time at which the kernel saw it: tcpdump's pcap, read as it comes.
import { spawn } from 'node:child_process'

const FILE_HEADER_BYTES = 24
const RECORD_HEADER_BYTES = 16
const ARP = 0x0806
/** The kernel's buffer has a place of this size for every frame: with the default there are few of them. */
const SNAPPED_BYTES = '1024'

/** Milliseconds of the clock that the kernel stamps frames with, finer than Date.now(). */
export function wallClock() {
  const before = Date.now()
  while (Date.now() === before);
  const offset = Date.now() - performance.now()
  return () => performance.now() + offset
}

export const bytesOf = (address) => Buffer.from(address.split('.').map(Number))

/** The address that a gratuitous ARP frame is about; undefined for other frames. */
export function gratuitous(frame) {
  if (frame.readUInt16BE(12) !== ARP || frame.readUInt32BE(28) !== frame.readUInt32BE(38)) return undefined
  return frame.readUInt32BE(28)
}

/** Whether a frame of a BGP session ends with this /32 as reachable: UPDATEs end with what they announce. */
export function announces(frame, address) {
  return frame.includes(Buffer.concat([Buffer.from([32]), bytesOf(address)]), frame.length - 5)
}

export class Capture {
  #child
  #listeners = new Set()
  #rest = Buffer.alloc(0)
  #started = false

  /** Resolves when frames are seen. */
  static async on(namespace, link, filter) {
    const capture = new Capture()
    await capture.#start(namespace, link, filter)
    return capture
  }

  #start(namespace, link, filter) {
    const words = [
      '-i',
      link,
      '-s',
      SNAPPED_BYTES,
      '-Z',
      'root',
      '-U',
      '-B',
      '16384',
      '--immediate-mode',
      '-w',
      '-',
      filter,
    ]
    this.#child = spawn('nsenter', [`--net=/run/netns/${namespace}`, 'tcpdump', ...words], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#child.stdout.on('data', (bytes) => this.#take(bytes))
    return new Promise((resolve, reject) => {
      this.#child.stderr.on('data', (text) => {
        if (String(text).includes('listening on')) resolve()
      })
      this.#child.on('exit', (code) => reject(new Error(`tcpdump ended with ${code}`)))
    })
  }

  #take(bytes) {
    this.#rest = Buffer.concat([this.#rest, bytes])
    let at = this.#started || this.#rest.length < FILE_HEADER_BYTES ? 0 : FILE_HEADER_BYTES
    if (at > 0) this.#started = true
    while (this.#started && this.#rest.length >= at + RECORD_HEADER_BYTES) {
      const length = this.#rest.readUInt32LE(at + 8)
      const end = at + RECORD_HEADER_BYTES + length
      if (this.#rest.length < end) break
      const atMs = this.#rest.readUInt32LE(at) * 1000 + this.#rest.readUInt32LE(at + 4) / 1000
      const frame = this.#rest.subarray(at + RECORD_HEADER_BYTES, end)
      for (const listener of [...this.#listeners]) listener(frame, atMs)
      at = end
    }
    this.#rest = this.#rest.subarray(at)
  }

  /** Calls back with each frame; returns how to stop. */
  listen(listener) {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** When the first frame came of which `test` is true. */
  when(what, test, deadlineMs) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        stop()
        reject(new Error(`${what}: not within ${deadlineMs / 1000} s`))
      }, deadlineMs)
      const stop = this.listen((frame, atMs) => {
        if (!test(frame)) return
        clearTimeout(timer)
        stop()
        resolve(atMs)
      })
    })
  }

  stop() {
    this.#child.removeAllListeners('exit')
    this.#child.kill('SIGKILL')
  }
}
