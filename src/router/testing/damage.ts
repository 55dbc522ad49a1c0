// For tests: one way to spoil what `router config` writes for FULL, and the code of what is wrong then.
import type { RouterCode } from '../check/codes.ts'

export interface Damage {
  readonly code: RouterCode
  readonly cluster?: 'full' | 'internal' | 'plain' | 'security'
  readonly apply: (text: string) => string
}

export const without = (line: RegExp) => (text: string) =>
  text
    .split('\n')
    .filter((one) => !line.test(one))
    .join('\n')
export const with_ = (pattern: RegExp, replacement: string) => (text: string) =>
  text.replace(pattern, replacement)
export const damage = (code: RouterCode, apply: Damage['apply'], more: Partial<Damage> = {}): Damage => ({
  code,
  apply,
  ...more,
})
