// The command surface as a shell needs it: words, and what may follow them.
import type { ArgSurface, CommandSurface, FlagSurface, Surface } from '../surface.ts'

export interface CompletedCommand {
  /** `['diagnose', 'arp']` */
  readonly path: readonly string[]
  readonly summary: string
  readonly flags: readonly CompletedFlag[]
  /** fixed values of the first argument; none: files */
  readonly values: readonly string[]
}

export interface CompletedFlag {
  readonly long: string
  readonly short: string | undefined
  readonly description: string
  readonly takesValue: boolean
  readonly values: readonly string[]
}

export function completedCommands(surface: Surface): CompletedCommand[] {
  return Object.values(surface.commands)
    .filter((command) => command.hidden !== true)
    .map((command) => ({
      path: command.id.split(':'),
      summary: command.summary ?? '',
      flags: [...flagsOf(command), HELP],
      values: Object.values<ArgSurface>(command.args)[0]?.options ?? [],
    }))
    .sort((a, b) => (a.path.join(' ') < b.path.join(' ') ? -1 : 1))
}

const HELP: CompletedFlag = {
  long: 'help',
  short: 'h',
  description: 'show help',
  takesValue: false,
  values: [],
}

const flagsOf = (command: CommandSurface): CompletedFlag[] =>
  Object.values<FlagSurface>(command.flags)
    .filter((flag) => flag.hidden !== true)
    .map((flag) => ({
      long: flag.name,
      short: flag.char,
      description: flag.description ?? '',
      takesValue: flag.type === 'option',
      values: flag.options ?? [],
    }))
    .sort((a, b) => (a.long < b.long ? -1 : 1))

/** For each beginning of a command (`''`, `diagnose`), the words that may come next, with what they stand for. */
export function nextWords(commands: readonly CompletedCommand[]): Map<string, Map<string, string>> {
  const next = new Map<string, Map<string, string>>()
  for (const command of commands)
    command.path.forEach((word, i) => {
      const prefix = command.path.slice(0, i).join(' ')
      const words = next.get(prefix) ?? new Map<string, string>()
      const complete = i === command.path.length - 1
      if (complete || !words.has(word)) words.set(word, complete ? command.summary : '')
      next.set(prefix, words)
    })
  return next
}
