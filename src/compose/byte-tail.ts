// The last bytes of a stream whose length nobody knows, from the beginning of a line on.

export class ByteTail {
  readonly #most: number
  #chunks: Uint8Array[] = []
  #held = 0
  #lost = false

  constructor(most: number) {
    this.#most = most
  }

  /** The chunk is copied. */
  push(chunk: Uint8Array): void {
    this.#chunks.push(Uint8Array.from(chunk))
    this.#held += chunk.length
    for (let first = this.#chunks[0]; first !== undefined && this.#held - first.length >= this.#most; ) {
      this.#chunks.shift()
      this.#held -= first.length
      this.#lost = true
      first = this.#chunks[0]
    }
  }

  /** At most as many as were asked for; where bytes were lost, whole lines only. */
  bytes(): Uint8Array {
    const whole = Buffer.concat(this.#chunks)
    if (!this.#lost && whole.length <= this.#most) return whole
    const tail = whole.subarray(Math.max(0, whole.length - this.#most))
    return tail.subarray(tail.indexOf(10) + 1)
  }
}
