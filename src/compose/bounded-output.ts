// An output that never holds more than so much: what a slow reader cannot take is refused, so that a capture that runs for
// days needs no more memory than one of a second.

type Stream = NodeJS.WritableStream & { readonly writableLength: number }

export class BoundedOutput {
  readonly #stream: Stream
  readonly #limitBytes: number

  constructor(stream: Stream, limitBytes: number) {
    this.#stream = stream
    this.#limitBytes = limitBytes
  }

  /** Whether it was taken: the whole chunk, or nothing of it. */
  write(chunk: string | Uint8Array): boolean {
    if (this.#stream.writableLength > this.#limitBytes) return false
    this.#stream.write(chunk)
    return true
  }

  /** Waits until all is with the reader; false when it was not within the time. */
  async flush(timeoutMs: number): Promise<boolean> {
    const end = performance.now() + timeoutMs
    while (this.#stream.writableLength > 0 && performance.now() < end)
      await new Promise((resolve) => setTimeout(resolve, 5))
    return this.#stream.writableLength === 0
  }
}
