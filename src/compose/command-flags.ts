// The flags that commands share, and the environment variable that every flag has.
import { boolean, option, string } from '@oclif/core/flags'
import type { AlphabetLowercase, OptionFlag } from '@oclif/core/interfaces'

interface MayHaveEnv {
  env?: string
}

/** `max-prefixes` → `LBCTL_MAX_PREFIXES` */
export const environmentName = (flag: string): string => `LBCTL_${flag.toUpperCase().replaceAll('-', '_')}`

/** Gives each flag that names no environment variable its own. */
export function withEnvironment<T extends Record<string, MayHaveEnv>>(flags: T): T {
  for (const [name, flag] of Object.entries(flags)) flag.env ??= environmentName(name)
  return flags
}

export const commonFlags = withEnvironment({
  verbose: boolean({ description: 'say more on stderr about what is done', helpGroup: 'GLOBAL' }),
  'no-color': boolean({ description: 'no colours, as NO_COLOR does', helpGroup: 'GLOBAL' }),
})

/** `-o` with the formats of one command, the first one being the default, and `--json` where JSON is among them. */
export function outputFlags<const F extends readonly [string, ...string[]]>(formats: F) {
  const options: readonly string[] = formats
  const output = option({ char: 'o', options, default: formats[0], description: 'format of the result' })()
  return {
    // The overloads of oclif lose the union of the formats when it comes through a type parameter.
    output: output as unknown as OptionFlag<F[number]>,
    json: boolean({ description: 'short for -o json', hidden: !formats.includes('json') }),
  }
}

/** A flag that may be given more than once, and takes exactly one value each time. */
export const repeatedString = (options: {
  description: string
  helpValue?: string
  char?: AlphabetLowercase
}) => string({ ...options, multiple: true, multipleNonGreedy: true })
