// What `lbctl migrate` was asked for, and where it may print.
import type { TextStyle } from '../terminal/diagnostics/text.ts'

/** The flags by their names on the command line. */
export interface MigrationRequest {
  readonly files: readonly string[]
  readonly output: 'yaml' | 'json'
  readonly services?: readonly string[] | undefined
  readonly nodes?: readonly string[] | undefined
  readonly 'from-cluster': boolean
  readonly kubeconfig?: string | undefined
  readonly context?: string | undefined
  readonly namespace?: string | undefined
  readonly 'assume-version'?: string | undefined
  readonly names: 'descriptive' | 'legacy'
  readonly compat?: 'configmaptocrs' | undefined
  readonly explicit: boolean
  readonly 'inline-passwords': boolean
  readonly lenient: boolean
  readonly 'ignore-exclude-lb': boolean
  readonly 'drop-old-annotations': boolean
  readonly 'lb-class'?: string | undefined
  readonly report?: string | undefined
  readonly patches?: string | undefined
  readonly 'out-dir'?: string | undefined
  readonly diff: boolean
  readonly apply: boolean
  readonly undo?: string | undefined
  readonly 'undo-from'?: string | undefined
  readonly 'skip-changed': boolean
  readonly force: boolean
}

export interface Terminal {
  /** the result, to stdout */
  readonly out: (text: string) => void
  /** everything else, to stderr */
  readonly say: (text: string) => void
  readonly style: TextStyle
  readonly verbose: boolean
  readonly signal: AbortSignal
}
