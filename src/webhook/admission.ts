// Whether a change of MetalLB's configuration may be stored, judged by the rules of `lbctl validate` over the configuration as it
// would be. README.md says what is refused and what is only warned of.
import type { Diagnostic } from '../config/diagnostic.ts'
import type { Json, KubeObject } from '../config/kube-object.ts'
import { readObjects } from '../config/objects/read-objects.ts'
import type { ValidateOptions } from '../config/rules/context.ts'
import { ruleOf } from '../config/rules/registry.ts'
import { nodeFromJson } from '../config/source/from-json.ts'
import { validate } from '../config/validate.ts'
import type { ClusterConfiguration } from './ports.ts'
import type { AdmissionAnswer, AdmissionRequest } from './review.ts'

export interface AdmissionContext extends ClusterConfiguration {
  /** where the components read their configuration */
  readonly namespace: string
  /** how the speakers speak BGP; `undefined`: lbctl's own, which has what every mode of MetalLB has */
  readonly mode?: ValidateOptions['mode']
}

/**
 * Refused by MetalLB only when it loads the configuration: what they refer to may be applied next, or its webhook does not look
 * (metallb.md §3.1).
 */
const LET_PASS: ReadonlySet<string> = new Set([
  'V213',
  'V304',
  'V610',
  'V702',
  'V802',
  'V803',
  'V804',
  'V805',
])

/** The API server cuts longer ones, and says nothing more after 4096 characters in all. */
const LONGEST_WARNING = 256
const MOST_WARNINGS = 12

export function admit(request: AdmissionRequest, context: AdmissionContext): AdmissionAnswer {
  const { operation, object } = request
  if (operation === 'DELETE') return admitDelete(request, context)
  if ((operation !== 'CREATE' && operation !== 'UPDATE') || object === undefined)
    return { allowed: true, warnings: [] }
  if (operation === 'CREATE' && request.namespace !== context.namespace)
    return refused([], foreignMessage(request, context), [])
  return admitChange(request, object, context)
}

function admitDelete(
  { kind, name, namespace }: AdmissionRequest,
  context: AdmissionContext,
): AdmissionAnswer {
  if (kind !== 'BFDProfile') return { allowed: true, warnings: [] }
  const users = context.configuration
    .filter(
      (peer) =>
        peer.kind === 'BGPPeer' && peer.metadata.namespace === namespace && bfdProfileOf(peer) === name,
    )
    .map((peer) => peer.metadata.name)
  if (users.length === 0) return { allowed: true, warnings: [] }
  const message = `failed to delete BFDProfile ${name}, used by BGPPeer ${users.join(', ')}. Take "bfdProfile" off there first.`
  return refused([], message, [])
}

/** MetalLB's words, and why. */
const foreignMessage = ({ namespace }: AdmissionRequest, context: AdmissionContext): string =>
  `resource must be created in ${context.namespace} namespace; what is in ${namespace || 'another one'} would be read by nobody`

const bfdProfileOf = (peer: KubeObject): unknown =>
  (peer['spec'] as { readonly bfdProfile?: unknown } | undefined)?.bfdProfile

function admitChange(
  request: AdmissionRequest,
  object: KubeObject,
  context: AdmissionContext,
): AdmissionAnswer {
  const id = idOf(object)
  const others = context.configuration.filter((other) => idOf(other) !== id)
  const stored = context.configuration.find((other) => idOf(other) === id) ?? request.oldObject
  const before = new Set(judged(stored === undefined ? others : [...others, stored], context).map(signature))
  // The object comes last, so that of two that cannot be together it is the one that is objected to.
  const after = judged([...others, object], context)
  const isOwn = ({ subject }: Diagnostic): boolean =>
    subject?.kind === object.kind && subject.name === object.metadata.name
  const concerning = after.filter((d) => isOwn(d) || !before.has(signature(d)))
  const unchanged = request.oldObject !== undefined && sameJson(request.oldObject['spec'], object['spec'])
  const errors = unchanged
    ? []
    : concerning.filter((d) => refuses(d) && (isOwn(d) || d.subject?.kind === object.kind))
  const rest = concerning.filter((d) => !errors.includes(d) && d.severity !== 'info')
  const warnings = warningsOf(rest, isOwn)
  return errors.length === 0 ? { allowed: true, warnings } : refused(errors, messageOf(errors), warnings)
}

const refuses = ({ severity, code }: Diagnostic): boolean => {
  const { source } = ruleOf(code)
  return severity === 'error' && (source === 'metallb' || source === 'api-server') && !LET_PASS.has(code)
}

function judged(objects: readonly KubeObject[], context: AdmissionContext): readonly Diagnostic[] {
  const all = [...objects, ...context.nodes, ...context.namespaces]
  const read = readObjects(all.map((object) => nodeFromJson(withoutBookkeeping(object), idOf(object))))
  const rules = validate(read.objects, { mode: context.mode, namespace: context.namespace })
  return [...read.diagnostics, ...rules]
}

/** The same trouble before and after, whatever the order in which it was found. */
const signature = ({ code, message, subject }: Diagnostic): string =>
  `${code} ${subject?.kind}/${subject?.name}/${subject?.field} ${message}`

const idOf = ({ kind, metadata }: KubeObject): string =>
  `${kind} ${metadata.namespace ?? ''}/${metadata.name}`

const withoutBookkeeping = (object: KubeObject): Json => {
  const { managedFields: _, ...metadata } = object.metadata as KubeObject['metadata'] & {
    readonly managedFields?: unknown
  }
  return { ...object, metadata } as unknown as Json
}

const refused = (
  errors: readonly Diagnostic[],
  message: string,
  warnings: readonly string[],
): AdmissionAnswer => ({
  allowed: false,
  message,
  // kubectl writes `field: message`, so there is always a field.
  causes: errors.map((error) => ({ field: error.subject?.field ?? 'spec', message: sentenceOf(error) })),
  warnings,
})

const messageOf = (errors: readonly Diagnostic[]): string => errors.map(sentenceOf).join('; ')

const sentenceOf = ({ message, code, hint }: Diagnostic): string =>
  `${message} (${code})${hint === undefined ? '' : ` ${hint}`}`

function warningsOf(
  diagnostics: readonly Diagnostic[],
  isOwn: (d: Diagnostic) => boolean,
): readonly string[] {
  const lines = [...new Set(diagnostics.map((d) => warningOf(d, isOwn(d))))]
  if (lines.length <= MOST_WARNINGS) return lines
  return [
    ...lines.slice(0, MOST_WARNINGS - 1),
    `and ${lines.length - MOST_WARNINGS + 1} more: see lbctl validate`,
  ]
}

function warningOf({ code, message, subject }: Diagnostic, own: boolean): string {
  const about = own || subject === undefined ? '' : `${subject.kind} ${subject.name}: `
  const text = `${code}: ${about}${message}`
  return text.length <= LONGEST_WARNING ? text : `${text.slice(0, LONGEST_WARNING - 1)}…`
}

/** Both come from the API server, which keeps the order of keys. */
const sameJson = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)
