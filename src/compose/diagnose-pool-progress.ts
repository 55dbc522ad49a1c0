// The bar of a scan: on a terminal only, rewritten in place, gone when the scan is.
import type { ScanProgress } from '../diagnose/pool/scan.ts'
import { renderScanBar } from '../terminal/diagnose/pool.ts'
import type { ColorLevel } from './streams.ts'

const START_OF_LINE = '\r\u001b[2K'
/** Faster than that nobody can read. */
const SHORTEST_MS = 100

export interface ScanBar {
  readonly show: (progress: ScanProgress) => void
  readonly clear: () => void
}

export function scanBar(
  stream: NodeJS.WritableStream & { readonly isTTY?: boolean },
  colorLevel: ColorLevel,
): ScanBar {
  if (stream.isTTY !== true) return { show: () => undefined, clear: () => undefined }
  let shownMs = Number.NEGATIVE_INFINITY
  return {
    show: (progress) => {
      const nowMs = performance.now()
      if (nowMs - shownMs < SHORTEST_MS && progress.sent < progress.toSend) return
      shownMs = nowMs
      stream.write(START_OF_LINE + renderScanBar(progress, colorLevel))
    },
    clear: () => {
      if (shownMs > 0) stream.write(START_OF_LINE)
    },
  }
}
