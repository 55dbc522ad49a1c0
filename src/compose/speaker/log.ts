// Where the records of the log go: to stdout, as many as its reader takes.
import { LOG_LEVELS, type LogLevel, type LogRecord, type LogSink } from '../../speaker/report/log-record.ts'
import { renderLogJson, renderLogText } from '../../terminal/log/log-line.ts'
import { BoundedOutput } from '../bounded-output.ts'

export interface LogOptions {
  readonly format: 'json' | 'pretty'
  readonly level: LogLevel
  readonly stream: NodeJS.WritableStream & { readonly writableLength: number }
  readonly colorLevel: 0 | 1 | 2 | 3
}

export interface Log {
  readonly sink: LogSink
  /** Waits a moment for the reader to take what is written. */
  flush(): Promise<boolean>
}

/** What waits for a reader that does not read may be this much; lines above it are counted and told of later. */
const LIMIT_BYTES = 4 * 1024 * 1024
const LEAVE_MS = 300

export function createLog({ format, level, stream, colorLevel }: LogOptions): Log {
  const output = new BoundedOutput(stream, LIMIT_BYTES)
  let read = true
  // Who reads the log may go away. A command would end then; a speaker goes on announcing.
  stream.removeAllListeners('error')
  stream.on('error', () => {
    read = false
  })
  const least = LOG_LEVELS.indexOf(level)
  let lost = 0
  const write = (record: LogRecord): boolean => {
    const atMs = Date.now()
    const line = format === 'json' ? renderLogJson(record, atMs) : renderLogText(record, atMs, colorLevel)
    return output.write(line)
  }
  return {
    sink: (record) => {
      if (!read || LOG_LEVELS.indexOf(record.level) < least) return
      if (lost > 0 && write(lostLines(lost))) lost = 0
      if (!write(record)) lost++
    },
    flush: async () => !read || output.flush(LEAVE_MS),
  }
}

const lostLines = (lines: number): LogRecord => ({
  level: 'warn',
  caller: 'log',
  fields: { msg: 'log lines lost', lines },
  text: `${lines} lines of the log were lost, because nobody read them`,
})
