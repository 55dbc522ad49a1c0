// Names for the produced objects: what the user called things where Kubernetes allows it, and something that tells what it is where not.
import type { Diagnostic } from '../config/diagnostic.ts'
import type { Node } from '../config/source/node.ts'
import { report } from './legacy/readers.ts'

/** RFC 1123 subdomain, which the API server demands of every name. */
const VALID = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/
const MAX_LENGTH = 253

export const isObjectName = (name: string): boolean =>
  name.length <= MAX_LENGTH && VALID.test(name) && !/\.\.|\.-|-\./.test(name)

/** The nearest allowed name; empty when nothing of it can be kept. */
export function toObjectName(text: string): string {
  if (isObjectName(text)) return text
  const kept = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9.-]+/g, '-')
    .replaceAll(/[-.]*\.[-.]*/g, '.')
  return trim(trim(kept).slice(0, 63))
}

const trim = (text: string): string => text.replace(/^[-.]+|[-.]+$/g, '')

export interface NamedBySource {
  readonly name: string
  readonly at: Node
}

/** Hands out names, each once per kind and namespace; says so when one had to be changed. */
export class NameBook {
  readonly #counters = new Map<string, number>()
  readonly #taken = new Map<string, Set<string>>()
  readonly #diagnostics: Diagnostic[]

  constructor(diagnostics: Diagnostic[]) {
    this.#diagnostics = diagnostics
  }

  /** Takes a name that must stay as it is; false when it is taken already. */
  reserve(kind: string, namespace: string, name: string): boolean {
    const taken = this.#of(kind, namespace)
    if (taken.has(name)) return false
    taken.add(name)
    return true
  }

  /** A free name for a derived object: `wanted`, or `wanted-2`, `wanted-3` … */
  derive(kind: string, namespace: string, wanted: string): string {
    const taken = this.#of(kind, namespace)
    let name = wanted
    for (let n = 2; taken.has(name); n++) name = `${wanted.slice(0, MAX_LENGTH - 7)}-${n}`
    taken.add(name)
    return name
  }

  /** `stem1`, `stem2` …, as MetalLB's own converter numbers objects. */
  count(kind: string, namespace: string, stem: string): string {
    const key = `${kind}/${namespace}/${stem}`
    const n = (this.#counters.get(key) ?? 0) + 1
    this.#counters.set(key, n)
    return this.reserve(kind, namespace, `${stem}${n}`) ? `${stem}${n}` : this.count(kind, namespace, stem)
  }

  /**
   * The names for things that the user named. Those that can stay stay, whatever comes before them; each change is
   * reported. `fallback` names what nothing can be kept of.
   */
  adopt(
    kind: string,
    namespace: string,
    wanted: readonly NamedBySource[],
    fallback: (index: number) => string,
  ): string[] {
    const kept = wanted.map(({ name }) => isObjectName(name) && this.reserve(kind, namespace, name))
    return wanted.map(({ name, at }, index) => {
      if (kept[index] === true) return name
      const clean = toObjectName(name) || fallback(index)
      const free = this.derive(kind, namespace, clean)
      this.#reportChange(kind, name, clean, free, at)
      return free
    })
  }

  #reportChange(kind: string, wanted: string, clean: string, name: string, at: Node): void {
    const context = { diagnostics: this.#diagnostics }
    const refused = this.#diagnostics.some(
      (d) => d.severity === 'error' && d.at?.source === at.source && d.at.start === at.start,
    )
    if (refused) return
    const hint =
      kind === 'IPAddressPool'
        ? 'Services that ask for it by annotation need the new name; with --services or --from-cluster lbctl writes the patches.'
        : undefined
    if (name !== clean)
      report(
        context,
        'M022',
        'warning',
        at,
        `${kind} "${wanted}" would be called "${clean}" like another one; it is now "${name}".`,
        hint,
      )
    else
      report(
        context,
        'M021',
        'warning',
        at,
        `Kubernetes does not allow the name "${wanted}"; the ${kind} is now "${name}".`,
        hint,
      )
  }

  #of(kind: string, namespace: string): Set<string> {
    const key = `${kind}/${namespace}`
    const taken = this.#taken.get(key) ?? new Set<string>()
    this.#taken.set(key, taken)
    return taken
  }
}
