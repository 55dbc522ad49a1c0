// Why MetalLB refuses the configuration as a whole, and the configuration when it does not.
import type { Diagnostic } from '../../config/diagnostic.ts'
import type { ReadObjects } from '../../config/objects/read-object.ts'
import { ruleOf } from '../../config/rules/registry.ts'
import { validate } from '../../config/validate.ts'
import { compileConfiguration } from '../../speaker/configuration/compile.ts'
import { isForNode, partOfNode } from '../../speaker/configuration/node-part.ts'
import type { ReleaseRules } from '../../speaker/decide/release-rules.ts'
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

/**
 * Everything that validate has to say, warnings too. Services are left out: what is wrong with one stops no other.
 * @param oneNode the objects are those for one node
 */
export function problemsOf({ objects, installation, facts }: Loaded, oneNode = false): readonly Diagnostic[] {
  const rules = validate(
    { ...objects, services: [] },
    { mode: installation?.mode, namespace: installation?.namespace, oneNode },
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

/** What is refused, and by the speakers of which nodes. */
export interface Refusals {
  readonly problems: readonly Diagnostic[]
  /** names; undefined: of all, or nobody can say of which */
  readonly nodes: ReadonlySet<string> | undefined
}

interface Judged extends Loaded {
  readonly problems: readonly Diagnostic[]
  readonly rules: ReleaseRules
}

export function refusalsOf(view: Judged): Refusals {
  const isRefused = (problem: Diagnostic) => isRefusal(problem, view.facts.origin)
  const problems = view.problems.filter(isRefused)
  const { nodes } = view.objects
  if (problems.length === 0 || !view.rules.judgesPerNode || nodes.length === 0)
    return { problems, nodes: undefined }
  const byPart = new Map<string, readonly Diagnostic[]>()
  const byNode = nodes.map((node) => {
    const { objects } = partOfNode({ objects: view.objects, diagnostics: [] }, node)
    const part = [...objects.peers, ...objects.bgpAdvertisements]
      .map(({ kind, namespace, name }) => `${kind} ${namespace} ${name}`)
      .join('\n')
    const known = byPart.get(part) ?? problemsOf({ ...view, objects }, true).filter(isRefused)
    byPart.set(part, known)
    return { node, refused: known }
  })
  const refusing = byNode.filter(({ refused }) => refused.length > 0)
  const all = new Map(
    refusing.flatMap(({ refused }) =>
      refused.map((each) => [JSON.stringify([each.code, each.subject]), each]),
    ),
  )
  return {
    problems: [...all.values()],
    nodes: refusing.length === nodes.length ? undefined : new Set(refusing.map(({ node }) => node.name)),
  }
}

/** By which the speakers decide that refuse nothing. */
export function configurationFact(view: Loaded & { readonly refusals: Refusals }): ConfigurationFact {
  const { problems, nodes } = view.refusals
  // Whether a password is right is for the sessions; its text is never in the facts.
  const resources = { ...view.objects, password: () => '' }
  if (nodes === undefined)
    return problems.length > 0 ? { ok: false, error: problems } : compileConfiguration(resources)
  const willing = view.objects.nodes.filter(({ name }) => !nodes.has(name))
  const isNeeded = (object: Parameters<typeof isForNode>[0]) =>
    willing.some(({ labels }) => isForNode(object, labels))
  const part = {
    peers: view.objects.peers.filter(isNeeded),
    bgpAdvertisements: view.objects.bgpAdvertisements.filter(isNeeded),
  }
  return compileConfiguration(resources, { node: undefined, part })
}
