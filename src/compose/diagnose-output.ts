// Where `diagnose arp` and `diagnose ndp` print.
import type { StreamStyle } from './streams.ts'

export interface CommandOutput {
  readonly out: (text: string) => void
  readonly progress: (text: string) => void
  readonly stdoutStyle: StreamStyle
  readonly stderrStyle: StreamStyle
  /** steps are shown as they happen */
  readonly showSteps: boolean
  readonly verbose: boolean
}

/** Of work that looks again and again: the steps of the first look tell how it is done. */
export interface RepeatedOutput extends CommandOutput {
  readonly endSteps: () => void
}
