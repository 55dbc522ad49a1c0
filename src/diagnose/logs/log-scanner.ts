// Chunks of bytes → incidents. Lines that were cut by the end of a chunk are put together; everything else is read in place.
import { decodeLine } from './decode-line.ts'
import {
  type Incident,
  IncidentTable,
  type LogOrigin,
  type OpenIncident,
  seenAt,
  seenBy,
} from './incident-table.ts'
import { withoutPrefix } from './line-prefix.ts'
import { type LineShape, shapeOfLine } from './line-shape.ts'
import { readLine } from './read-line.ts'
import { ShapeCache, type ShapeUse } from './shape-cache.ts'

export interface ScanOptions {
  /** for the lines of klog, which leave it out */
  readonly year: number
  /** older lines are left out; lines without a time never are */
  readonly sinceMs?: number | undefined
  readonly mostIncidents?: number
  readonly mostShapes?: number
}

export interface LogSummary {
  readonly lines: number
  readonly bytes: number
  /** longer than a line may be, and left out */
  readonly tooLong: number
  readonly incidents: readonly Incident[]
}

/** A line that is longer is no line of a log, or one that nobody reads. */
export const LONGEST_LINE_BYTES = 1024 * 1024

export class LogScanner {
  readonly #options: ScanOptions
  readonly #incidents: IncidentTable
  #shapes: ShapeCache
  readonly #decoder = new TextDecoder()
  readonly #shape: LineShape = { end: 0, hash: 0, check: 0 }
  #touched: ShapeUse[] = []
  #carry: Uint8Array[] = []
  #carried = 0
  #origin: LogOrigin = {}
  #lines = 0
  #bytes = 0
  #tooLong = 0

  constructor(options: ScanOptions) {
    this.#options = options
    this.#incidents = new IncidentTable(options.mostIncidents)
    this.#shapes = new ShapeCache(options.mostShapes)
  }

  /** What comes from now on is from there. Ends the line that is open. */
  from(origin: LogOrigin): void {
    this.#endOfInput()
    this.#origin = origin
    // What a line means does not depend on the origin, but the component of its incident may.
    this.#shapes = new ShapeCache(this.#options.mostShapes)
  }

  /** The chunk is read before the call returns, and not kept. */
  push(chunk: Uint8Array): void {
    this.#bytes += chunk.length
    let start = 0
    if (this.#carried > 0) {
      const end = chunk.indexOf(10)
      if (end < 0) {
        this.#keep(chunk)
        return
      }
      this.#keep(chunk.subarray(0, end + 1))
      this.#scanCarried()
      start = end + 1
    }
    const rest = this.#scan(chunk, start, false)
    if (rest < chunk.length) this.#keep(chunk.subarray(rest))
  }

  finish(): LogSummary {
    this.#endOfInput()
    return { lines: this.#lines, bytes: this.#bytes, tooLong: this.#tooLong, incidents: this.#incidents.all }
  }

  #endOfInput(): void {
    if (this.#carried > 0) this.#scanCarried()
  }

  #keep(part: Uint8Array): void {
    this.#carried += part.length
    // Copied: the reader uses its buffer again. Of a line that is too long only the length counts.
    if (this.#carried <= LONGEST_LINE_BYTES) this.#carry.push(new Uint8Array(part))
    else this.#carry = []
  }

  #scanCarried(): void {
    const length = this.#carried
    const parts = this.#carry
    this.#carried = 0
    this.#carry = []
    if (length > LONGEST_LINE_BYTES) {
      this.#lines++
      this.#tooLong++
      return
    }
    const line = new Uint8Array(length)
    let at = 0
    for (const part of parts) {
      line.set(part, at)
      at += part.length
    }
    this.#scan(line, 0, true)
  }

  /** @returns where the line begins that has no end in these bytes */
  #scan(bytes: Uint8Array, from: number, isLast: boolean): number {
    const shape = this.#shape
    const shapes = this.#shapes
    const everyTime = this.#options.sinceMs !== undefined
    let start = from
    while (start < bytes.length) {
      shapeOfLine(bytes, start, bytes.length, shape)
      const { end } = shape
      if (end === bytes.length && !isLast) break
      this.#lines++
      const meaning = shapes.get(shape.hash, shape.check)
      if (meaning === undefined || meaning === 'exact' || (everyTime && meaning !== 'ignored'))
        this.#parse(bytes, start, end, shape.hash, shape.check)
      else if (meaning !== 'ignored') this.#count(meaning, start, end)
      start = end + 1
    }
    this.#settle(bytes)
    return start
  }

  #count(use: ShapeUse, start: number, end: number): void {
    use.incident.count++
    if (!use.touched) {
      use.touched = true
      use.firstStart = start
      use.firstEnd = end
      this.#touched.push(use)
    }
    use.lastStart = start
    use.lastEnd = end
  }

  /** The times of the first and last line of each shape in this chunk; those between need no look. */
  #settle(bytes: Uint8Array): void {
    for (const use of this.#touched) {
      use.touched = false
      this.#note(use.incident, bytes, use.firstStart, use.firstEnd)
      if (use.lastStart !== use.firstStart) this.#note(use.incident, bytes, use.lastStart, use.lastEnd)
    }
    this.#touched.length = 0
  }

  #note(incident: OpenIncident, bytes: Uint8Array, start: number, end: number): void {
    const prefixed = withoutPrefix(this.#text(bytes, start, end))
    seenAt(incident, readLine(prefixed, this.#options.year).atMs)
    seenBy(incident, { ...this.#origin, ...(prefixed.pod === undefined ? {} : { pod: prefixed.pod }) })
  }

  #text(bytes: Uint8Array, start: number, end: number): string {
    const text = this.#decoder.decode(bytes.subarray(start, end))
    return text.endsWith('\r') ? text.slice(0, -1) : text
  }

  #parse(bytes: Uint8Array, start: number, end: number, hash: number, check: number): void {
    if (end === start) return
    const text = this.#text(bytes, start, end)
    const prefixed = withoutPrefix(text)
    const line = readLine(prefixed, this.#options.year)
    const decoded = decodeLine(line)
    if (decoded === undefined) {
      this.#shapes.set(hash, check, 'ignored')
      return
    }
    const { sinceMs } = this.#options
    const isOld = sinceMs !== undefined && line.atMs !== undefined && line.atMs < sinceMs
    const component = this.#origin.component ?? line.component ?? decoded.pattern?.component ?? 'unknown'
    const incident = isOld ? undefined : this.#incidents.open(decoded, component, prefixed.text)
    if (incident !== undefined) {
      incident.count++
      seenAt(incident, line.atMs)
      seenBy(incident, { ...this.#origin, ...(prefixed.pod === undefined ? {} : { pod: prefixed.pod }) })
    }
    if (decoded.exact || incident === undefined) this.#shapes.set(hash, check, 'exact')
    else
      this.#shapes.set(hash, check, {
        incident,
        check,
        firstStart: 0,
        firstEnd: 0,
        lastStart: 0,
        lastEnd: 0,
        touched: false,
      })
  }
}
