// Interfaces on which nothing is ever announced: those of containers and tunnels, by name.
import { LbctlError } from '../errors/lbctl-error.ts'
import { goRegExp } from './go-regexp.ts'

/** metallb.md §5.3: what MetalLB's own manifests exclude. Each is looked for anywhere in a name; most begin with `^`. */
export const DEFAULT_EXCLUDED_INTERFACES: readonly string[] = [
  '^docker.*',
  '^cbr.*',
  '^dummy.*',
  '^virbr.*',
  '^lxcbr.*',
  '^veth.*',
  '^lo$',
  '^cali.*',
  '^tunl.*',
  '^flannel.*',
  '^kube-ipvs.*',
  '^cni.*',
  '^nodelocaldns.*',
  '^lxc.*',
]

export class InterfaceExclusion {
  readonly #patterns: readonly RegExp[]

  /** Throws LbctlError('usage') for a pattern that is none. An empty list excludes nothing. */
  constructor(patterns: readonly string[]) {
    this.#patterns = patterns.map((pattern) => {
      const translated = goRegExp(pattern)
      if (translated.ok) return translated.value
      throw new LbctlError('usage', `The pattern of excluded interfaces "${pattern}" ${translated.error}.`, {
        facts: { pattern },
        hints: [
          'Patterns are regular expressions of Go (RE2), looked for anywhere in the name: "^veth" or "^lo$".',
        ],
      })
    })
  }

  excludes(name: string): boolean {
    return this.#patterns.some((pattern) => pattern.test(name))
  }
}
