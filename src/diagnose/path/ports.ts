// What `diagnose path` needs from the machine beside its tables: the output of programs that print rules.

export type ProgramOutcome =
  | { readonly result: 'read'; readonly text: string }
  | {
      readonly result: 'not installed' | 'not permitted' | 'failed' | 'timed out'
      /** what it said or how it ended */
      readonly note: string | undefined
    }

export interface RulePrograms {
  /** Runs a program that only reads, with a deadline. */
  run(program: string, args: readonly string[]): Promise<ProgramOutcome>
  /** a small file of /proc; undefined when it is not there */
  read(path: string): string | undefined
}
