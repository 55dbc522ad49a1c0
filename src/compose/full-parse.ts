// oclif's parser, for the command lines that quick-parse.ts leaves to it.
import type { Input } from '@oclif/core/interfaces'
import { parse } from '@oclif/core/parser'
import type { Parsed, Values } from './quick-parse.ts'

/** @throws CLIError, which parse-failure.ts explains */
export function fullParse<F extends Values, B extends Values, A extends Values>(
  argv: readonly string[],
  { flags, baseFlags, ...rest }: Input<F, B, A>,
): Promise<Parsed<F, B, A>> {
  const all = { ...baseFlags, ...flags } as NonNullable<Input<F, B, A>['flags']>
  return parse<F, B, A>([...argv], { ...rest, flags: all })
}
