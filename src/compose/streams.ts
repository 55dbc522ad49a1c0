// What stdout and stderr can show, and what happens when nobody reads them any more.
import { writeSync } from 'node:fs'
import type { WriteStream } from 'node:tty'
import { EXIT } from '../errors/exit-codes.ts'

/** 0 no colour, 1 sixteen colours, 2 two hundred and fifty-six, 3 all */
export type ColorLevel = 0 | 1 | 2 | 3

export interface StreamStyle {
  readonly colorLevel: ColorLevel
  /** columns that a line may take */
  readonly width: number
  /** the locale takes UTF-8, so that signs of it are readable */
  readonly utf8: boolean
}

type OutputStream = NodeJS.WritableStream & Partial<Pick<WriteStream, 'isTTY' | 'columns' | 'getColorDepth'>>

/** Wide enough for a diagnostic, narrow enough for a log viewer. */
const WIDTH_OF_A_PIPE = 100
const NARROWEST = 40

/** Colour: off by --no-color, then by NO_COLOR, then as FORCE_COLOR says, then on if this is a capable terminal. */
export function styleOf(stream: OutputStream, env: NodeJS.ProcessEnv, noColor: boolean): StreamStyle {
  const columns = stream.isTTY === true ? stream.columns : Number.parseInt(env['COLUMNS'] ?? '', 10)
  const width = columns !== undefined && columns > 0 ? columns : WIDTH_OF_A_PIPE
  return {
    colorLevel: noColor ? 0 : colorLevelOf(stream, env),
    width: Math.max(NARROWEST, width),
    utf8: takesUtf8(env),
  }
}

/** locale(7): the first of these that is set decides; without any it is the C locale, whose characters are those of ASCII. */
const takesUtf8 = (env: NodeJS.ProcessEnv): boolean =>
  /utf-?8/i.test(
    ['LC_ALL', 'LC_CTYPE', 'LANG'].map((name) => env[name] ?? '').find((value) => value !== '') ?? '',
  )

function colorLevelOf(stream: OutputStream, env: NodeJS.ProcessEnv): ColorLevel {
  if ((env['NO_COLOR'] ?? '') !== '') return 0
  const forced = env['FORCE_COLOR']
  if (forced !== undefined) {
    if (forced === '0' || forced === 'false') return 0
    return forced === '2' ? 2 : forced === '3' ? 3 : 1
  }
  if (stream.isTTY !== true) return 0
  const depth = stream.getColorDepth?.(env) ?? 1
  return depth >= 24 ? 3 : depth >= 8 ? 2 : depth >= 4 ? 1 : 0
}

/** `lbctl … | head` ends lbctl without a word, with the exit code that it had so far. A full disk is told. */
export function endOnUnwritableStreams(): void {
  for (const name of ['stdout', 'stderr'] as const)
    process[name].on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit()
      if (name === 'stdout') tellUnwritable(error)
      // What was found is not with the reader: whatever exit code the command had chosen would claim that it is.
      process.exit(EXIT.undetermined)
    })
}

const WHY_UNWRITABLE: Readonly<Record<string, string>> = {
  ENOSPC: 'no space left on the device',
  EDQUOT: 'the quota of the disk is used up',
  EFBIG: 'the file would become larger than it may be',
  EIO: 'the device reports a write error',
}

/** Written at once, because the process ends next. */
function tellUnwritable({ code, message }: NodeJS.ErrnoException): void {
  const why = code === undefined ? message : `${WHY_UNWRITABLE[code] ?? 'the system refuses it'} (${code})`
  try {
    writeSync(2, `stdout cannot be written: ${why}\n`)
  } catch {
    // stderr cannot be written either: only the exit code is left.
  }
}
