// What a capture has seen and what it lost.
import { CAPTURE_KINDS, type CaptureKind } from './subject.ts'

export interface CaptureTally {
  readonly frames: number
  /** only of protocols that came by, most frequent first */
  readonly byProtocol: readonly { readonly protocol: CaptureKind | 'other'; readonly frames: number }[]
  /** not read in time, dropped by the kernel */
  readonly lostByKernel: number
  /** captured, but not printed: whoever reads stdout was too slow */
  readonly notPrinted: number
  /** captured, but not written: the file could not take them in time */
  readonly notWritten: number
  readonly elapsedMs: number
}

export class Tally {
  readonly #byProtocol = new Map<CaptureKind | 'other', number>()
  #frames = 0
  #notPrinted = 0
  #notWritten = 0
  #lostByKernel = 0

  get frames(): number {
    return this.#frames
  }

  count(protocol: CaptureKind | 'other', printed: boolean, written: boolean): void {
    this.#frames++
    this.#byProtocol.set(protocol, (this.#byProtocol.get(protocol) ?? 0) + 1)
    if (!printed) this.#notPrinted++
    if (!written) this.#notWritten++
  }

  lost(frames: number): void {
    this.#lostByKernel += frames
  }

  result(elapsedMs: number): CaptureTally {
    const order = [...CAPTURE_KINDS, 'other'] as const
    const byProtocol = order
      .map((protocol) => ({ protocol, frames: this.#byProtocol.get(protocol) ?? 0 }))
      .filter(({ frames }) => frames > 0)
      .sort((a, b) => b.frames - a.frames)
    return {
      frames: this.#frames,
      byProtocol,
      lostByKernel: this.#lostByKernel,
      notPrinted: this.#notPrinted,
      notWritten: this.#notWritten,
      elapsedMs,
    }
  }
}
