// What every command has: the common flags, the way to print, and one place where errors become text or JSON and an exit
// code. oclif parses flags and makes the manifest; it is not asked to print errors or help.
import { Command } from '@oclif/core/command'
import type { Input, ParserOutput } from '@oclif/core/interfaces'
import type { ExitCode } from '../errors/exit-codes.ts'
import { LbctlError } from '../errors/lbctl-error.ts'
import { renderErrorJson, renderErrorText } from '../terminal/error-report.ts'
import { usageLine } from '../terminal/help.ts'
import { commonFlags } from './command-flags.ts'
import { reportOf } from './failure-report.ts'
import { explainParseFailure, isParseFailure } from './parse-failure.ts'
import { watchSignals } from './signals.ts'
import { type StreamStyle, styleOf } from './streams.ts'
import { wantsJson } from './wants-json.ts'

/** A command that does not stop by itself after a signal is ended. */
const GRACE_MS = 10_000

/** What a command needs from its surroundings. */
export interface Host {
  /** folder of the package, with a slash at the end: docs/ and oclif.manifest.json are in it */
  readonly root: URL
}

// biome-ignore lint/suspicious/noExplicitAny: oclif's own bound for parsed values, which it does not export
type Values = Record<string, any>

export abstract class BaseCommand extends Command {
  static override baseFlags = commonFlags
  static override flags = {}
  #host: Host | undefined
  #flags: Values = {}

  /** Runs the command. Always resolves; the outcome is `process.exitCode`. */
  async runIn(id: string, host: Host): Promise<void> {
    this.id = id
    this.#host = host
    await this._run()
  }

  protected get host(): Host {
    if (this.#host === undefined) throw new Error('a command was run without its host')
    return this.#host
  }

  protected get verbose(): boolean {
    return this.#flags['verbose'] === true
  }

  /** How results look on stdout. */
  protected get stdoutStyle(): StreamStyle {
    return styleOf(process.stdout, process.env, this.#noColor())
  }

  protected get stderrStyle(): StreamStyle {
    return styleOf(process.stderr, process.env, this.#noColor())
  }

  /** Prints a result. Nothing else may go to stdout. */
  protected out(text: string): void {
    process.stdout.write(text.endsWith('\n') || text === '' ? text : `${text}\n`)
  }

  /** Prints what is not the result: progress, warnings, reports. */
  protected progress(text: string): void {
    process.stderr.write(text.endsWith('\n') || text === '' ? text : `${text}\n`)
  }

  /** Sets the exit code; the command ends when `run` returns. */
  protected exitWith(code: ExitCode): void {
    process.exitCode = code
  }

  /**
   * Work that SIGINT and SIGTERM abort through the signal. Outside of it they end the process at once, so that long
   * computation can always be stopped.
   */
  protected async interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const watch = watchSignals(GRACE_MS)
    try {
      return await work(watch.signal)
    } catch (error) {
      throw watch.signal.aborted ? watch.signal.reason : error
    } finally {
      watch.release()
    }
  }

  /** As oclif parses; and `--json` has set `output` to `json`. */
  protected override async parse<F extends Values, B extends Values, A extends Values>(
    options?: Input<F, B, A>,
    argv?: string[],
  ): Promise<ParserOutput<F, B, A>> {
    const parsed = await super.parse(options, argv)
    const flags: Values = parsed.flags
    if (flags['json'] === true) {
      const chosen = parsed.metadata.flags['output']?.setFromDefault !== true
      if (chosen && flags['output'] !== 'json')
        throw new LbctlError('usage', `--json and --output=${String(flags['output'])} contradict each other.`)
      flags['output'] = 'json'
    }
    this.#flags = flags
    return parsed
  }

  /** The one place where an error becomes output and an exit code, the same in every format. */
  protected override async catch(error: unknown): Promise<void> {
    const report = reportOf(this.#asOperational(error), `lbctl ${this.id?.replaceAll(':', ' ')}`)
    process.exitCode = report.exitCode
    if (report.kind === 'stopped') return
    if (this.#wantsJson()) {
      this.out(renderErrorJson(report))
      return
    }
    const usage = report.kind === 'usage' ? { usage: usageLine(this.id ?? '', this.ctor.args) } : {}
    this.progress(renderErrorText({ ...report, ...usage }, this.stderrStyle.colorLevel))
  }

  #asOperational(error: unknown): unknown {
    if (!isParseFailure(error)) return error
    return explainParseFailure(error, [...Object.keys(this.ctor.flags), ...Object.keys(commonFlags), 'help'])
  }

  #noColor(): boolean {
    return this.#flags['no-color'] === true || this.argv.includes('--no-color')
  }

  /** Flags may be what is wrong, so this looks at the words themselves. */
  #wantsJson(): boolean {
    if (!('output' in this.ctor.flags)) return false
    return wantsJson(this.argv, process.env)
  }
}
