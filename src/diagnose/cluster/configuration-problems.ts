// Why MetalLB refuses the configuration as a whole, and the configuration when it does not.
import type { Diagnostic } from '../../config/diagnostic.ts'
import type { ReadObjects } from '../../config/objects/read-object.ts'
import { ruleOf } from '../../config/rules/registry.ts'
import { validate } from '../../config/validate.ts'
import { compileConfiguration } from '../../speaker/configuration/compile.ts'
import type { ConfigurationFact } from '../../speaker/facts/facts.ts'
import type { ClusterFacts } from './cluster-facts.ts'
import type { Installation } from './installations.ts'
import { readClusterObjects } from './read-cluster-objects.ts'

/** The part of the view that this needs. */
interface Loaded {
  readonly facts: ClusterFacts
  readonly objects: ReadObjects
  readonly installation: Installation | undefined
}

/** Everything that validate has to say, warnings too. Services are left out: what is wrong with one stops no other. */
export function problemsOf({ objects, installation, facts }: Loaded): readonly Diagnostic[] {
  const rules = validate(
    { ...objects, services: [] },
    { mode: installation?.mode, namespace: installation?.namespace },
  )
  const ofText = facts.origin === 'cluster' ? [] : readClusterObjects(facts).diagnostics
  return [...ofText, ...rules].filter((problem) => isAsked(problem, facts.secrets.status === 'read'))
}

/** Without a look at the Secrets nobody can say that one is missing. */
const isAsked = ({ code }: Diagnostic, knowsSecrets: boolean): boolean =>
  knowsSecrets || !['V803', 'V804', 'V805', 'V806'].includes(code)

/**
 * What MetalLB refuses to load. Objects of a cluster were admitted by its API server, and it may know fields that this lbctl does
 * not: there only what MetalLB itself objects to counts.
 */
export const isRefusal = ({ code, severity }: Diagnostic, origin: 'cluster' | 'files'): boolean =>
  severity === 'error' &&
  (ruleOf(code).source === 'metallb' || (origin === 'files' && ruleOf(code).source !== 'lbctl'))

export function configurationFact(
  view: Loaded & { readonly problems: readonly Diagnostic[] },
): ConfigurationFact {
  const refusals = view.problems.filter((problem) => isRefusal(problem, view.facts.origin))
  if (refusals.length > 0) return { ok: false, error: refusals }
  // Whether a password is right is for the sessions; its text is never in the facts.
  return compileConfiguration({ ...view.objects, password: () => '' })
}
