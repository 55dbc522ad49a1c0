// The everyday command line, read from the same definitions as oclif's parser reads them, and to the same result. Whatever is
// out of the ordinary (a mistake, a variable of the environment, flags that exclude each other) gives undefined: oclif decides.
// docs/decisions/0006-a-start-in-commonjs.md has the reason and the figures; quick-parse.test.ts compares the two.
import type { Input, ParserOutput } from '@oclif/core/interfaces'

// biome-ignore lint/suspicious/noExplicitAny: oclif's own bound for parsed values, which it does not export
export type Values = Record<string, any>

export type Parsed<F extends Values, B extends Values, A extends Values> = Pick<
  ParserOutput<F, B, A>,
  'args' | 'flags' | 'metadata'
>

/** What this file looks at in a definition of oclif; its own types are made for those who write definitions. */
interface Definition {
  readonly type?: 'boolean' | 'option'
  readonly char?: string
  readonly env?: string
  readonly default?: unknown
  readonly options?: readonly string[]
  readonly multiple?: boolean
  readonly multipleNonGreedy?: boolean
  readonly required?: boolean
  readonly ignoreStdin?: boolean
  readonly parse?: (input: unknown, context: object, definition: object) => Promise<unknown>
}

type Definitions = Readonly<Record<string, Definition>>

/** Where one of these is defined, more than one flag decides: of a flag that is given, or of any flag. */
const WHEN_GIVEN = [
  'exclusive',
  'dependsOn',
  'relationships',
  'combinable',
  'delimiter',
  'allowStdin',
  'deprecated',
]
const ALWAYS = ['exactlyOne', 'atLeastOne', 'aliases', 'charAliases', 'defaultHelp', 'allowNo', 'required']

export async function quickParse<F extends Values, B extends Values, A extends Values>(
  argv: readonly string[],
  { flags, baseFlags, args, strict, enableJsonFlag, constraints }: Input<F, B, A>,
  env: NodeJS.ProcessEnv,
): Promise<Parsed<F, B, A> | undefined> {
  if (strict === false || enableJsonFlag === true || constraints !== undefined) return undefined
  const allFlags = { ...baseFlags, ...flags } as Definitions
  const allArgs = (args ?? {}) as Definitions
  if (Object.values(allFlags).some((flag) => isUnusual(flag, env))) return undefined
  const words = sorted(argv, allFlags)
  if (words === undefined) return undefined
  try {
    const parsedArgs = await argValues(words.args, allArgs)
    if (parsedArgs === undefined) return undefined
    const parsedFlags = await flagValues(words.flags, allFlags)
    if (parsedFlags === undefined) return undefined
    return {
      args: parsedArgs as A,
      flags: parsedFlags.values as Parsed<F, B, A>['flags'],
      metadata: { flags: parsedFlags.metadata },
    }
  } catch {
    // oclif finds the same mistake, and words it.
    return undefined
  }
}

const has = (flag: Definition, key: string): boolean => {
  const value = (flag as Record<string, unknown>)[key]
  return value !== undefined && value !== false
}

function isUnusual(flag: Definition, env: NodeJS.ProcessEnv): boolean {
  if (flag.env !== undefined && (env[flag.env] ?? '') !== '') return true
  return typeof flag.default === 'function' || ALWAYS.some((key) => has(flag, key))
}

interface Words {
  readonly flags: ReadonlyMap<string, readonly string[]>
  readonly args: readonly string[]
}

/** Which word belongs to which flag. */
function sorted(argv: readonly string[], flags: Definitions): Words | undefined {
  const given = new Map<string, string[]>()
  const args: string[] = []
  const chars = new Map(Object.entries(flags).map(([name, { char }]) => [char, name]))
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? ''
    if (!word.startsWith('-')) {
      args.push(word)
      continue
    }
    const [, long, value] = /^--([a-z][a-z0-9-]*)(?:=(.*))?$/s.exec(word) ?? []
    const name = long ?? (word.length === 2 ? chars.get(word[1]) : undefined)
    const flag = name !== undefined && Object.hasOwn(flags, name) ? flags[name] : undefined
    if (name === undefined || flag === undefined || WHEN_GIVEN.some((key) => has(flag, key))) return undefined
    if (flag.type === 'boolean') {
      if (value !== undefined) return undefined
      given.set(name, [word])
      continue
    }
    const input = value ?? argv[++at]
    // A value that begins with a dash is a flag or a number below zero: oclif knows.
    if (input === undefined || input === '' || input.startsWith('-')) return undefined
    const before = given.get(name)
    if (before !== undefined && flag.multiple !== true) return undefined
    // A greedy flag takes the words that follow, too.
    if (flag.multiple === true && flag.multipleNonGreedy !== true) return undefined
    given.set(name, [...(before ?? []), input])
  }
  return { flags: given, args }
}

async function parsedValue(definition: Definition, name: string, input: unknown): Promise<unknown> {
  if (definition.options !== undefined && !definition.options.includes(input as string))
    throw new Error('not an option')
  return definition.parse === undefined ? input : definition.parse(input, {}, { ...definition, name })
}

async function argValues(words: readonly string[], args: Definitions): Promise<Values | undefined> {
  const entries = Object.entries(args)
  const variadic = entries.some(([, { multiple }]) => multiple === true)
  if (variadic ? entries.length > 1 : words.length > entries.length) return undefined
  const values: Values = {}
  for (const [index, [name, arg]] of entries.entries()) {
    const own = variadic ? words : words.slice(index, index + 1)
    if (arg.default !== undefined) return undefined
    if (own.length === 0) {
      if (arg.required === true || arg.ignoreStdin !== true) return undefined
      continue
    }
    const parsed: unknown[] = []
    for (const word of own) parsed.push(await parsedValue(arg, name, word))
    values[name] = variadic ? parsed : parsed[0]
  }
  return values
}

async function flagValues(
  given: Words['flags'],
  flags: Definitions,
): Promise<{ values: Values; metadata: Record<string, { setFromDefault: true }> } | undefined> {
  const values: Values = {}
  const metadata: Record<string, { setFromDefault: true }> = {}
  for (const [name, flag] of Object.entries(flags)) {
    const inputs = given.get(name)
    if (inputs === undefined) {
      if (flag.default !== undefined) values[name] = flag.default
      metadata[name] = { setFromDefault: true }
    } else if (flag.type === 'boolean') values[name] = await parsedValue(flag, name, true)
    else {
      const parsed: unknown[] = []
      for (const input of inputs) parsed.push(await parsedValue(flag, name, input))
      values[name] = flag.multiple === true ? parsed : parsed[0]
    }
  }
  return { values, metadata }
}
