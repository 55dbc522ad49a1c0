// What oclif's parser refuses, in one sentence with the nearest flag. Its error classes have no exported names, so they
// are told apart by what they carry.
import { CLIError } from '@oclif/core/errors'
import { LbctlError } from '../errors/lbctl-error.ts'
import { nearestWords } from '../terminal/nearest.ts'

export const isParseFailure = (error: unknown): error is CLIError => error instanceof CLIError

export function explainParseFailure(error: CLIError, knownFlags: readonly string[]): LbctlError {
  const carried = error as { flags?: unknown; args?: unknown }
  if (isStrings(carried.flags)) return unknownFlags(carried.flags, knownFlags, error)
  if (isStrings(carried.args)) return unexpectedArguments(carried.args, error)
  if (Array.isArray(carried.args)) return missingArguments(carried.args as { name: string }[], error)
  return new LbctlError('usage', plainSentence(error.message), { cause: error })
}

const isStrings = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string')

function unknownFlags(flags: string[], known: readonly string[], cause: Error): LbctlError {
  const [first = ''] = flags
  const name = first.split('=')[0] ?? first
  const [suggestion] = name.startsWith('--') ? nearestWords(name.slice(2), known) : []
  return new LbctlError(
    'usage',
    flags.length === 1 ? `There is no flag ${name} here.` : `There are no flags ${flags.join(', ')} here.`,
    { hints: suggestion === undefined ? [] : [`Did you mean --${suggestion}?`], cause },
  )
}

const unexpectedArguments = (args: string[], cause: Error): LbctlError =>
  new LbctlError(
    'usage',
    `${args.map((arg) => `"${arg}"`).join(', ')} ${args.length === 1 ? 'is one argument' : 'are arguments'} too many.`,
    { cause },
  )

const missingArguments = (args: { name: string }[], cause: Error): LbctlError =>
  new LbctlError('usage', `${args.map((arg) => arg.name.toUpperCase()).join(' and ')} is missing.`, { cause })

/** The parser's own words without its decoration: no second line, no colours, a full stop. */
function plainSentence(message: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colour sequences begin with the escape character
  const plain = message.replaceAll(/\u001B\[[\d;]*m/g, '')
  const words = plain
    .replace(/\n?See more help with --help$/, '')
    .replace(/^The following errors? occurred:\s*/, '')
    .replaceAll(/\s*\n\s*/g, '; ')
    .trim()
  const flag = /^Expected --([\w-]+)=(.*) to be one of: (.*)$/s.exec(words)
  if (flag !== null) return `--${flag[1]} cannot be "${flag[2]}"; it is one of: ${flag[3]}.`
  const argument = /^Expected (.*) to be one of: (.*)$/s.exec(words)
  if (argument !== null) return `"${argument[1]}" is not one of: ${argument[2]}.`
  const number =
    /^Parsing (--[\w-]+)\s*;? Expected an integer( \w+ than or equal to .*)? but received: (.*)$/s.exec(words)
  if (number !== null)
    return `${number[1]} takes a whole number${(number[2] ?? '').replace(' greater than or equal to', ' of at least').replace(' less than or equal to', ' of at most')}, not "${number[3]}".`
  const sentence = words.replace(/^Flag --/, '--')
  return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`
}
