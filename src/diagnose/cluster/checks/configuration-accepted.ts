// F05: MetalLB refuses its configuration as a whole for one error in it, and goes on with an old one.
import type { Diagnostic } from '../../../config/diagnostic.ts'
import type { KubeObject } from '../../../config/kube-object.ts'
import { type ClusterCheck, type ClusterDraft, failOr, skip } from '../cluster-check.ts'
import { itemsOf } from '../cluster-facts.ts'
import type { ClusterView } from '../cluster-view.ts'
import { conditionsOf, idOf, textAt } from '../object-fields.ts'
import { passwordFix } from '../password-fix.ts'
import { sessionsDownOnlyOn } from '../recorded-sessions.ts'
import { strayObjects } from '../stray-objects.ts'
import { counted, listed } from '../wording.ts'

export const configurationAccepted: ClusterCheck = {
  id: 'configuration-accepted',
  code: 'F05',
  link: 'configuration',
  title: 'MetalLB accepts its configuration',
  needs: ['configuration'],
  evaluate: (view) => {
    const { configuration } = view
    const refusals = configuration.ok ? view.refusals.problems : configuration.error
    const told = view
      .statuses('ConfigurationState')
      .filter((state) => textAt(state, 'status', 'result') === 'Invalid')
    if (itemsOf(view.facts.configuration).length === 0 && told.length === 0)
      return skip('there is no configuration')
    const refused =
      refusals.length > 0 ? [byRules(refusals, told, view)] : told.length > 0 ? [byItself(told)] : []
    return failOr(
      [...refused, ...readByNobody(view)],
      counted(itemsOf(view.facts.configuration).length, 'object'),
    )
  },
}

function byRules(
  refusals: readonly Diagnostic[],
  told: readonly KubeObject[],
  view: ClusterView,
): ClusterDraft {
  const [first] = refusals
  const subject = subjectText(first)
  const more = refusals.length === 1 ? '' : ` (and ${counted(refusals.length - 1, 'more problem')})`
  const nodes = [...(view.refusals.nodes ?? [])]
  const where = nodes.length === 0 ? '' : ` on ${listed(nodes)}`
  return {
    title: `MetalLB refuses the configuration${where}, and goes on with an older one${nodes.length === 0 ? '' : ' there'}: ${subject}: ${first?.message ?? ''}${more}`,
    severity: 'error',
    confidence: told.length > 0 || view.facts.origin === 'files' ? 'certain' : 'likely',
    subject,
    evidence: [
      ...(nodes.length === 0
        ? []
        : [
            `${counted(nodes.length, 'node')} of ${view.objects.nodes.length} ${nodes.length === 1 ? 'is' : 'are'} concerned: ${nodes.join(', ')}`,
          ]),
      ...refusals.slice(0, 5).map((each) => `${each.code} ${subjectText(each)}: ${each.message}`),
      ...told.slice(0, 2).map((state) => `ConfigurationState ${idOf(state)}: ${errorOf(state)}`),
    ],
    cause:
      nodes.length === 0
        ? 'The configuration is loaded as a whole: one object that is wrong stops every later change, also those of other objects.'
        : `The speaker of a node loads what is for that node as a whole: one object that is wrong stops every later change there, and the others take it. So nodes may decide by different configurations: who announces a Service may be ${listed(nodes)} and another one at once, or nobody.`,
    fix: [
      passwordFix(first, view) ?? {
        text:
          first?.hint ??
          `Put right ${first?.subject?.field ?? 'the object'} (lbctl explain ${first?.code ?? 'F05'}).`,
        command: editCommand(first),
      },
      { text: 'See every problem with its place.', command: 'lbctl validate --from-cluster' },
    ],
    ...(nodes.length === 0 || sessionsDownOnlyOn(nodes, view) ? {} : { mayCause: ['F01', 'F09'] }),
    // Who has an address keeps it, and the speakers that run keep what they know.
    breaks: 'some day',
    affects: 'installation',
  }
}

function byItself(told: readonly KubeObject[]): ClusterDraft {
  const [first] = told
  return {
    title: `MetalLB says that its configuration is invalid: ${errorOf(first)}`,
    severity: 'error',
    confidence: 'certain',
    subject: `ConfigurationState ${first === undefined ? '' : idOf(first)}`,
    evidence: told.slice(0, 5).map((state) => `${idOf(state)}: ${errorOf(state)}`),
    cause:
      'The configuration is loaded as a whole, and a component keeps the last one that it accepted. lbctl finds nothing wrong with the objects as they are now.',
    fix: [
      {
        text: 'Put right what it names; lbctl validate shows places.',
        command: 'lbctl validate --from-cluster',
      },
    ],
    // Who has an address keeps it, and the speakers that run keep what they know.
    breaks: 'some day',
    affects: 'installation',
  }
}

function readByNobody(view: ClusterView): ClusterDraft[] {
  const strays = strayObjects(view.facts)
  const [first] = strays
  if (first === undefined) return []
  const own = view.installation?.namespace ?? 'metallb-system'
  const names = strays.map((object) => `${object.kind} ${idOf(object)}`)
  const { kind, metadata } = first
  const away = `kubectl -n ${metadata.namespace ?? ''}`
  const resource = `${kind.toLowerCase()} ${metadata.name}`
  return [
    {
      title: `Nobody reads ${listed(names, 3)}: MetalLB looks in the namespace ${own} only.`,
      severity: 'error',
      confidence: 'certain',
      subject: names[0] ?? '',
      evidence: [
        ...names.slice(0, 6),
        `${view.installation?.controller?.title ?? view.installation?.speaker?.title ?? 'MetalLB'} runs in ${own}`,
      ],
      cause:
        'Objects of MetalLB count in its own namespace only. Its webhook refuses others, unless they were applied before it was there or while it did not answer; then they stand there, and to MetalLB it is as if they did not.',
      fix: [
        {
          text: `Apply it in ${own}, and delete it where it is.`,
          command: `${away} get ${resource} -o yaml | sed 's/^  namespace: .*/  namespace: ${own}/; /^  resourceVersion:/d; /^  uid:/d' | kubectl apply -f - && ${away} delete ${resource}`,
        },
      ],
      // A Service that misses something misses what stands there, most likely.
      breaks: lacksSomething(view) ? 'now' : 'some day',
      affects: 'installation',
    },
  ]
}

/** Some Service has no address, or one that nobody announces. */
const lacksSomething = (view: ClusterView): boolean =>
  view.silent.length > 0 ||
  view.services.some((service) => service.ingress.length === 0 || view.poolOf(service) === undefined)

const errorOf = (state: KubeObject | undefined): string =>
  textAt(state, 'status', 'errorSummary') ??
  conditionsOf(state).find(({ status }) => status === 'False')?.message ??
  'it does not say why'

const subjectText = (problem: Diagnostic | undefined): string => {
  const { kind = 'object', name = '', field } = problem?.subject ?? {}
  return `${kind} ${name}${field === undefined ? '' : `, ${field}`}`.trim()
}

function editCommand(problem: Diagnostic | undefined): string {
  const { kind = '', name = '', namespace = 'metallb-system' } = problem?.subject ?? {}
  return `kubectl -n ${namespace} edit ${kind.toLowerCase()} ${name}`.trim()
}
