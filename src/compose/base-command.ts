// What every command has: the common flags, the way to print, and one place where errors become text or JSON and an exit
// code. The definitions are oclif's, and so is the parser of whatever is not the everyday command line; the class is not
// oclif's Command, which prints, warns and debugs, and takes longer to load than most commands take.
import type { ArgInput, FlagInput, Input } from '@oclif/core/interfaces'
import type { ExitCode } from '../errors/exit-codes.ts'
import { LbctlError } from '../errors/lbctl-error.ts'
import { commonFlags } from './command-flags.ts'
import type { RepeatedOutput } from './diagnose-output.ts'
import { type Parsed, quickParse, type Values } from './quick-parse.ts'
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

export abstract class BaseCommand {
  // What oclif reads for its manifest, with its own defaults.
  static readonly baseFlags: FlagInput = commonFlags
  static readonly flags: FlagInput = {}
  static readonly args: ArgInput = {}
  static readonly summary: string | undefined
  static readonly description: string | undefined
  static readonly examples: string[] | undefined
  static readonly hidden: boolean | undefined
  static readonly aliases: string[] = []
  static readonly hiddenAliases: string[] = []
  static readonly strict: boolean = true
  static readonly enableJsonFlag: boolean = false
  static readonly hasDynamicHelp: boolean = false

  protected readonly argv: readonly string[]
  #id = ''
  #host: Host | undefined
  #flags: Values = {}

  /** @param argv the words after those of the command itself */
  constructor(argv: readonly string[]) {
    this.argv = argv
  }

  /** By this member oclif knows a command when it makes the manifest. It is never called: compose/boot.ts starts commands. */
  static run(): never {
    throw new Error('a command is started with runIn')
  }

  abstract run(): Promise<void>

  /** Runs the command. Always resolves; the outcome is `process.exitCode`. */
  async runIn(id: string, host: Host): Promise<void> {
    this.#id = id
    this.#host = host
    try {
      await this.run()
    } catch (error) {
      await this.#fail(error)
    }
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

  /** Where work prints that outlives a change of the terminal's size. */
  protected commandOutput(): RepeatedOutput {
    let showSteps = process.stderr.isTTY || this.verbose
    const styles = { stdout: () => this.stdoutStyle, stderr: () => this.stderrStyle }
    return {
      out: (text) => this.out(text),
      progress: (text) => this.progress(text),
      get stdoutStyle() {
        return styles.stdout()
      },
      get stderrStyle() {
        return styles.stderr()
      },
      get showSteps() {
        return showSteps
      },
      endSteps: () => {
        showSteps = false
      },
      verbose: this.verbose,
    }
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
    const watch = watchSignals(GRACE_MS, (name) => {
      // The terminal has written ^C; what is said next stands on a line of its own. Raw input is not echoed.
      if (name === 'SIGINT' && process.stderr.isTTY && process.stdin.isRaw !== true) this.progress('\n')
    })
    try {
      return await work(watch.signal)
    } catch (error) {
      throw watch.signal.aborted ? watch.signal.reason : error
    } finally {
      watch.release()
    }
  }

  /** As oclif parses; and `--json` has set `output` to `json`. */
  protected async parse<F extends Values, B extends Values, A extends Values>(
    command: Input<F, B, A>,
  ): Promise<Parsed<F, B, A>> {
    const parsed = (await quickParse(this.argv, command, process.env)) ?? (await this.#parseFully(command))
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

  async #parseFully<F extends Values, B extends Values, A extends Values>(
    command: Input<F, B, A>,
  ): Promise<Parsed<F, B, A>> {
    const { fullParse } = await import('./full-parse.ts')
    return fullParse(this.argv, command)
  }

  /** The one place where an error becomes output and an exit code, the same in every format. */
  async #fail(error: unknown): Promise<void> {
    const { failureOf } = await import('./command-failure.ts')
    const own = this.constructor as typeof BaseCommand
    const { exitCode, out, progress } = failureOf(error, {
      id: this.#id,
      args: own.args,
      flags: { ...own.flags, ...commonFlags },
      // Flags may be what is wrong, so this looks at the words themselves.
      json: 'output' in own.flags && wantsJson(this.argv, process.env),
      colorLevel: this.stderrStyle.colorLevel,
      width: process.stderr.isTTY ? this.stderrStyle.width : undefined,
    })
    process.exitCode = exitCode
    this.out(out)
    this.progress(progress)
  }

  #noColor(): boolean {
    return this.#flags['no-color'] === true || this.argv.includes('--no-color')
  }
}
