// The colours of lbctl, by meaning. The only place that knows chalk.
import { Chalk } from 'chalk'
import type { Severity } from '../config/diagnostic.ts'

type Paint = (text: string) => string

export interface Theme {
  readonly severity: Readonly<Record<Severity, Paint>>
  readonly strong: Paint
  readonly faint: Paint
  readonly place: Paint
  readonly good: Paint
  readonly command: Paint
  readonly heading: Paint
}

/** @param level 0 leaves every text as it is */
export function createTheme(level: 0 | 1 | 2 | 3): Theme {
  const chalk = new Chalk({ level })
  return {
    severity: { error: chalk.red.bold, warning: chalk.yellow.bold, info: chalk.cyan.bold },
    strong: chalk.bold,
    faint: chalk.dim,
    place: chalk.bold,
    good: chalk.green,
    command: chalk.cyan,
    heading: chalk.bold.underline,
  }
}
