// The last bytes of a stream whose length nobody knows, from the beginning of a line on.

export class ByteTail {
  readonly #most: number
  #chunks: Uint8Array[] = []
  #held = 0

  constructor(most: number) {
    this.#most = most
  }

  /** The chunk is copied. */
  push(chunk: Uint8Array): void {
    this.#chunks.push(Uint8Array.from(chunk))
    this.#held += chunk.length
    let first = this.#chunks[0]
    // One byte more than is given away tells whether a line begins behind it.
    while (first !== undefined && this.#held - first.length > this.#most) {
      this.#chunks.shift()
      this.#held -= first.length
      first = this.#chunks[0]
    }
  }

  /** At most as many as were asked for; where bytes were left out, whole lines only. */
  bytes(): Uint8Array {
    const whole = Buffer.concat(this.#chunks)
    if (whole.length <= this.#most) return whole
    const before = whole.length - this.#most - 1
    const end = whole.indexOf(10, before)
    return end < 0 ? new Uint8Array() : whole.subarray(end + 1)
  }
}
