// Help texts, for 80 columns.

import {
  type ArgSurface,
  type CommandSurface,
  commandWords,
  type FlagSurface,
  type Surface,
} from './surface.ts'
import { createTheme, type Theme } from './theme.ts'
import { twoColumns, wrap } from './wrap.ts'

const WIDTH = 80

/** First words of the commands, in the order in which a user meets them. */
const GROUPS: readonly (readonly [string, readonly string[]])[] = [
  ['Configuration', ['migrate', 'validate']],
  ['Diagnosis', ['diagnose', 'check', 'explain', 'fix', 'status', 'pool', 'capture', 'bundle']],
  ['Operation', ['speaker', 'controller', 'install', 'uninstall']],
  ['Surroundings', ['router', 'lab', 'agent', 'completion']],
]

/** `lbctl validate [FILE...] [flags]` */
export function usageLine(id: string, args: Readonly<Record<string, ArgSurface>>): string {
  const words = Object.entries(args).map(([name, arg]) => {
    const shown = argumentName(name, arg)
    return arg.required === true ? shown : `[${shown}]`
  })
  return ['lbctl', commandWords(id), ...words, '[flags]'].join(' ')
}

const argumentName = (name: string, arg: ArgSurface): string =>
  name.toUpperCase() + (arg.multiple === true ? '...' : '')

export function renderCommandHelp(command: CommandSurface, colorLevel: 0 | 1 | 2 | 3): string {
  const theme = createTheme(colorLevel)
  const flags = Object.values(command.flags).filter((flag) => flag.hidden !== true)
  const own = flags.filter((flag) => flag.helpGroup !== 'GLOBAL')
  const global = flags.filter((flag) => flag.helpGroup === 'GLOBAL')
  const lines = [
    ...wrap(sentence(command.summary ?? command.description ?? ''), WIDTH),
    '',
    `${theme.heading('Usage:')} ${usageLine(command.id, command.args)}`,
  ]
  if (command.description !== undefined && command.description !== command.summary)
    lines.push('', ...paragraphs(command.description))
  const args = Object.entries(command.args).map(
    ([name, arg]) => [argumentName(name, arg), arg.description ?? ''] as const,
  )
  section(lines, theme, 'Arguments', twoColumns(args, WIDTH))
  section(lines, theme, 'Flags', twoColumns(own.map(flagRow), WIDTH))
  section(lines, theme, 'Global flags', twoColumns(global.map(flagRow), WIDTH))
  section(
    lines,
    theme,
    'Examples',
    (command.examples ?? []).flatMap(exampleLines).map((line) => theme.command(line)),
  )
  const [sample] = own
  if (sample?.env !== undefined)
    lines.push('', `Each flag has an environment variable: ${sample.env} for --${sample.name}.`)
  return `${lines.join('\n')}\n`
}

/** Line breaks of the source are blanks, except in front of an indented line, which stays as it is. */
const paragraphs = (text: string): string[] =>
  text
    .split(/\n(?= )|(?<=\n .*)\n/)
    .flatMap((part) => (part.startsWith(' ') ? [part] : wrap(part.replaceAll('\n', ' '), WIDTH)))

/** A long example goes on in the next line, as the shell would take it. */
function exampleLines(example: string): string[] {
  const lines = wrap(example, WIDTH - 8)
  return lines.map((line, i) => `${i === 0 ? '  ' : '      '}${line}${i < lines.length - 1 ? ' \\' : ''}`)
}

/** `lbctl` alone: what there is. */
export function renderRootHelp(surface: Surface, colorLevel: 0 | 1 | 2 | 3): string {
  const theme = createTheme(colorLevel)
  const lines = [
    ...wrap('Migrate, validate, diagnose and run bare-metal load balancers on Kubernetes.', WIDTH),
    '',
    `${theme.heading('Usage:')} lbctl COMMAND [flags]`,
  ]
  const commands = Object.values(surface.commands).filter((command) => command.hidden !== true)
  const firstWord = (command: CommandSurface): string => command.id.split(':')[0] ?? ''
  for (const [title, words] of GROUPS) {
    const members = words.flatMap((word) => commands.filter((command) => firstWord(command) === word))
    section(lines, theme, title, commandRows(members))
  }
  const grouped = new Set(GROUPS.flatMap(([, words]) => words))
  section(lines, theme, 'More', commandRows(commands.filter((command) => !grouped.has(firstWord(command)))))
  lines.push('', 'lbctl COMMAND --help tells more about a command, lbctl --version what this is.')
  return `${lines.join('\n')}\n`
}

/** `lbctl diagnose` alone: the verbs of a topic. */
export function renderTopicHelp(topic: string, surface: Surface, colorLevel: 0 | 1 | 2 | 3): string {
  const theme = createTheme(colorLevel)
  const lines = [`${theme.heading('Usage:')} lbctl ${commandWords(topic)} COMMAND [flags]`]
  const members = Object.values(surface.commands).filter((command) => command.id.startsWith(`${topic}:`))
  section(lines, theme, 'Commands', commandRows(members))
  return `${lines.join('\n')}\n`
}

const commandRows = (commands: readonly CommandSurface[]): string[] =>
  twoColumns(
    commands.map((command) => [commandWords(command.id), command.summary ?? ''] as const),
    WIDTH,
  )

function section(lines: string[], theme: Theme, title: string, body: readonly string[]): void {
  if (body.length > 0) lines.push('', theme.heading(`${title}:`), ...body)
}

function flagRow(flag: FlagSurface): readonly [string, string] {
  const short = flag.char === undefined ? '    ' : `-${flag.char}, `
  const value = flag.type === 'boolean' ? '' : ` ${valueName(flag)}`
  const notes: string[] = []
  if (flag.options !== undefined) notes.push(flag.options.join(', '))
  if (flag.required === true) notes.push('required')
  if (flag.multiple === true) notes.push('may be repeated')
  if (flag.default !== undefined && flag.default !== false) notes.push(`default ${String(flag.default)}`)
  const note = notes.length === 0 ? '' : ` (${notes.join('; ')})`
  return [`${short}--${flag.name}${value}`, `${flag.description ?? ''}${note}`]
}

function valueName(flag: FlagSurface): string {
  if (typeof flag.helpValue === 'string') return flag.helpValue
  return flag.name === 'output' ? 'FORMAT' : (flag.name.split('-').at(-1) ?? 'value').toUpperCase()
}

const sentence = (fragment: string): string => {
  const upper = fragment.charAt(0).toUpperCase() + fragment.slice(1)
  return /[.!?]$/.test(upper) || upper === '' ? upper : `${upper}.`
}
