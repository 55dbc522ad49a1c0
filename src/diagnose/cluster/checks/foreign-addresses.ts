// F12: addresses of a pool that belong to something else, by the rules of validate.
import type { Diagnostic } from '../../../config/diagnostic.ts'
import { foreignAddresses as addressRules } from '../../../config/rules/cluster/foreign-addresses.ts'
import { RuleContext } from '../../../config/rules/context.ts'
import type { ServiceKey } from '../../../speaker/facts/facts.ts'
import { type ClusterCheck, type ClusterDraft, failOr } from '../cluster-check.ts'
import type { ClusterView } from '../cluster-view.ts'
import { firstAndMore } from '../first-and-more.ts'
import { keyOf } from '../object-keys.ts'
import { counted } from '../wording.ts'

const RULES: ReadonlySet<string> = new Set(['V809', 'V810', 'V811', 'V812', 'V813'])

export const foreignAddresses: ClusterCheck = {
  id: 'foreign-addresses',
  code: 'F12',
  link: 'allocation',
  title: 'no pool holds an address that something else has',
  needs: ['configuration', 'nodes'],
  evaluate: (view) => {
    const problems = [...view.problems.filter(({ code }) => RULES.has(code)), ...ofClusterIps(view)]
    return failOr(
      firstAndMore(
        problems,
        5,
        (problem) => draft(problem, view),
        (more) => `${more} more addresses of pools belong to something else`,
      ),
      counted(view.objects.pools.length, 'pool'),
    )
  },
}

/** The other problems are those without Services, since what is wrong with one stops no other; their cluster IPs are of interest here. */
function ofClusterIps({ objects }: ClusterView): readonly Diagnostic[] {
  const context = new RuleContext(objects, {})
  addressRules(context)
  return context.diagnostics.filter(({ code }) => code === 'V811')
}

function draft({ code, message, subject, hint }: Diagnostic, view: ClusterView): ClusterDraft {
  const victims = clashing(subject?.name, view)
  return {
    title: `The pool "${subject?.name ?? ''}" holds an address that no Service can have: ${message}`,
    severity: 'error',
    // MetalLB's own check of this kind was taken back for what it took for a clash, so only exact addresses count as certain.
    confidence: code === 'V809' || code === 'V813' ? 'certain' : 'likely',
    subject: `IPAddressPool ${subject?.name ?? ''}`,
    evidence: [`${code}: ${message}`],
    cause: 'As soon as a Service gets that address, its owner is cut off.',
    fix: [
      {
        text: hint ?? 'Leave the address out of the pool.',
        command: `kubectl -n ${subject?.namespace ?? 'metallb-system'} edit ipaddresspool ${subject?.name ?? ''}`,
      },
    ],
    // An address that nobody has got yet cuts nobody off.
    breaks: victims.length > 0 ? 'now' : 'some day',
    affects: victims,
  }
}

/** Services of the pool whose address is that of a node or of a router, today. */
function clashing(pool: string | undefined, view: ClusterView): readonly ServiceKey[] {
  const taken = new Set([
    ...view.objects.nodes.flatMap(({ addresses }) => addresses.map(({ address }) => address)),
    ...view.objects.peers.flatMap(({ spec }) => spec.peerAddress ?? []),
  ])
  return view.servicesWithAddress
    .filter((service) => service.ingress.some((address) => taken.has(address)))
    .filter((service) => view.poolOf(service)?.name === pool)
    .map(keyOf)
}
