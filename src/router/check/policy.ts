// Import policies as questions: is a route with this prefix let in? `unknown` is an answer, and never an accusation.
import type { Span } from '../../config/source/source.ts'
import { ip } from '../../net/ip.ts'
import { type Prefix, prefixContains } from '../../net/prefix.ts'

export type Outcome = 'accept' | 'reject' | 'unknown'

export interface Verdict {
  readonly outcome: Outcome
  /** the line that decided; undefined when none did */
  readonly at?: Span | undefined
}

export type Policy =
  /** nothing is configured, and what the router does then */
  | { readonly kind: 'none'; readonly effect: Outcome; readonly why: string }
  /** a name that nothing in the text defines, and what the router does then */
  | { readonly kind: 'undefined'; readonly name: string; readonly at: Span; readonly effect: Outcome }
  | {
      readonly kind: 'filter'
      readonly name: string
      readonly at: Span
      /** where it is written, if that is elsewhere */
      readonly definedAt?: Span | undefined
      readonly decide: (route: Prefix) => Verdict
    }

export const decide = (policy: Policy, route: Prefix): Verdict =>
  policy.kind === 'filter' ? policy.decide(route) : { outcome: policy.effect }

/** Lengths from `min` to `max` inside of `within`. */
export interface Pattern {
  readonly within: Prefix
  readonly min: number
  readonly max: number
}

export const matches = ({ within, min, max }: Pattern, route: Prefix): boolean =>
  min <= route.length && route.length <= max && holdsPrefix(within, route)

/** Whether all of `route` lies in `within`. */
export const holdsPrefix = (within: Prefix, route: Prefix): boolean =>
  within.length <= route.length && prefixContains(within, ip(route.family, route.base))

/** True, false, or nobody knows. */
export type Truth = boolean | undefined

export const not = (a: Truth): Truth => (a === undefined ? undefined : !a)
export const and = (a: Truth, b: Truth): Truth =>
  a === false || b === false ? false : a === undefined || b === undefined ? undefined : true
export const or = (a: Truth, b: Truth): Truth =>
  a === true || b === true ? true : a === undefined || b === undefined ? undefined : false

export interface Term {
  readonly at: Span
  readonly test: (route: Prefix) => Truth
  /** undefined: the next term decides */
  readonly outcome: Outcome | undefined
}

/** The first term that matches decides. One that may match makes everything behind it uncertain. */
export function firstMatch(terms: readonly Term[], otherwise: Outcome, route: Prefix): Verdict {
  let doubt = false
  for (const { at, test, outcome } of terms) {
    const truth = test(route)
    if (outcome === undefined || truth === false) continue
    if (truth === undefined) doubt = true
    else return { outcome: doubt ? 'unknown' : outcome, at }
  }
  return { outcome: doubt ? 'unknown' : otherwise }
}

/** Every policy has to let the route in. */
export function allOf(policies: readonly Policy[]): Policy | undefined {
  const [first, ...others] = policies
  if (first === undefined || others.length === 0) return first
  const undefinedOne = policies.find(({ kind }) => kind === 'undefined')
  if (undefinedOne !== undefined) return undefinedOne
  if (first.kind !== 'filter') return first
  return {
    ...first,
    decide: (route) => {
      const verdicts = policies.map((policy) => decide(policy, route))
      return (
        verdicts.find(({ outcome }) => outcome === 'reject') ??
        verdicts.find(({ outcome }) => outcome === 'unknown') ??
        verdicts[0] ?? { outcome: 'unknown' }
      )
    },
  }
}
