import type { CelValue } from './values.ts'

/**
 * One implementation for all overloads of a name: it looks at its arguments (of a method, the target first) and throws
 * `noOverload()` for those that it has not.
 */
export type CelFunction = (args: readonly CelValue[]) => CelValue
export type FunctionTable = Readonly<Record<string, CelFunction>>
