// An IPAddressPool as the allocator uses it: entries parsed, selectors compiled.
import type { Diagnostic } from '../config/diagnostic.ts'
import type { Labels } from '../config/objects/read-object.ts'
import type { LabelSelector } from '../config/schema/field.ts'
import type { IPAddressPoolSpec } from '../config/schema/pool-kinds.ts'
import { parseAddressEntry } from '../config/semantics/addresses.ts'
import { RangeIndex } from '../config/semantics/range-index.ts'
import { type CompiledSelector, compileSelector, matchesAny } from '../config/semantics/selector.ts'
import { formatRange, type IpRange } from '../net/prefix.ts'
import { err, ok, type Result } from '../net/result.ts'

export interface PoolDefinition {
  readonly name: string
  /** in declared order; they do not overlap, nor those of other pools */
  readonly ranges: readonly IpRange[]
  /** Services that ask for nothing get addresses from here */
  readonly autoAssign: boolean
  /** IPv4 addresses that end in .0 or .255 are left out */
  readonly avoidBuggyIps: boolean
  /** undefined: for everybody, after the pools that have one */
  readonly allocation: ServiceAllocation | undefined
}

export interface ServiceAllocation {
  /** lower goes first; 0 last */
  readonly priority: number
  readonly namespaces: ReadonlySet<string>
  readonly namespaceSelectors: readonly CompiledSelector[]
  readonly serviceSelectors: readonly CompiledSelector[]
}

/** An object as this needs it; those of `config/objects` fit. */
export interface PoolResource {
  readonly kind: string
  readonly name: string
  readonly namespace: string | undefined
  readonly spec: { readonly [K in keyof IPAddressPoolSpec]?: IPAddressPoolSpec[K] }
}

/** All pools, sorted by name, or everything that is wrong: each diagnostic names object and field. */
export function compilePools(
  resources: readonly PoolResource[],
): Result<readonly PoolDefinition[], readonly Diagnostic[]> {
  const problems: Diagnostic[] = []
  const pools = resources.map((resource) => new PoolCompiler(resource, problems).pool())
  const names = new Set<string>()
  for (const { name } of pools) {
    if (names.has(name))
      problems.push({
        code: 'V023',
        severity: 'error',
        message: `There is more than one IPAddressPool "${name}".`,
        subject: { kind: 'IPAddressPool', name },
      })
    names.add(name)
  }
  overlaps(pools, problems)
  if (problems.length > 0) return err(problems)
  return ok([...pools].sort((a, b) => (a.name < b.name ? -1 : 1)))
}

function overlaps(pools: readonly PoolDefinition[], problems: Diagnostic[]): void {
  const items = pools.flatMap(({ name, ranges }) => ranges.map((range) => ({ name, range })))
  for (const { item, earlier } of new RangeIndex(items).overlaps())
    problems.push({
      code: 'V106',
      severity: 'error',
      message: `${formatRange(item.range)} overlaps ${formatRange(earlier.range)} of the pool "${earlier.name}".`,
      subject: { kind: 'IPAddressPool', name: item.name, field: 'spec.addresses' },
    })
}

class PoolCompiler {
  readonly #resource: PoolResource
  readonly #problems: Diagnostic[]

  constructor(resource: PoolResource, problems: Diagnostic[]) {
    this.#resource = resource
    this.#problems = problems
  }

  pool(): PoolDefinition {
    const { name, spec } = this.#resource
    return {
      name,
      ranges: (spec.addresses ?? []).flatMap((text, index) => this.#range(text, index)),
      autoAssign: spec.autoAssign ?? true,
      avoidBuggyIps: spec.avoidBuggyIPs ?? false,
      allocation: spec.serviceAllocation === undefined ? undefined : this.#allocation(spec.serviceAllocation),
    }
  }

  #range(text: string, index: number): IpRange[] {
    const parsed = parseAddressEntry(text)
    if (parsed.ok) return [parsed.value.range]
    // MetalLB takes such a range, and gets no address from it.
    if (parsed.error.kind === 'mixed families' && !parsed.error.refused) return []
    this.#problem('V102', `spec.addresses[${index}]`, `"${text}" is neither a prefix nor a range.`)
    return []
  }

  #allocation({
    priority = 0,
    namespaces = [],
    namespaceSelectors = [],
    serviceSelectors = [],
  }: NonNullable<PoolResource['spec']['serviceAllocation']>): ServiceAllocation {
    return {
      priority,
      namespaces: new Set(namespaces),
      namespaceSelectors: this.#selectors('namespaceSelectors', namespaceSelectors),
      serviceSelectors: this.#selectors('serviceSelectors', serviceSelectors),
    }
  }

  #selectors(field: string, selectors: readonly LabelSelector[]): CompiledSelector[] {
    return selectors.flatMap((selector, index) => {
      const compiled = compileSelector(selector)
      if (compiled.ok) return [compiled.value]
      const words = `In a selector, ${compiled.error[0]?.message ?? 'a part is wrong'}.`
      this.#problem('V030', `spec.serviceAllocation.${field}[${index}]`, words)
      return []
    })
  }

  #problem(code: string, field: string, message: string): void {
    const { kind, name, namespace } = this.#resource
    const subject = { kind, name, field, ...(namespace === undefined ? {} : { namespace }) }
    this.#problems.push({ code, severity: 'error', message, subject })
  }
}

/** Names of namespaces → their labels. */
export type NamespaceLabels = ReadonlyMap<string, Labels>

/** The namespaces that a pool is for: those that it names, and those that its selectors match. Empty: no restriction. */
export function allowedNamespaces(
  { namespaces, namespaceSelectors }: ServiceAllocation,
  known: NamespaceLabels,
): ReadonlySet<string> {
  if (namespaceSelectors.length === 0) return namespaces
  const matching = [...known].flatMap(([name, labels]) =>
    matchesAny(namespaceSelectors, labels) ? [name] : [],
  )
  return new Set([...namespaces, ...matching])
}
