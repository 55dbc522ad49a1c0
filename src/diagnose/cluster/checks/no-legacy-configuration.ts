// F06: what today's MetalLB does not read any more, or will not for long.
import { compareReleases } from '../../../config/schema/release.ts'
import { type Breaks, type ClusterCheck, type ClusterDraft, failOr } from '../cluster-check.ts'
import { itemsOf } from '../cluster-facts.ts'
import type { ClusterView } from '../cluster-view.ts'
import { idOf, mapAt } from '../object-fields.ts'
import { keyOf } from '../object-keys.ts'
import { counted, listed } from '../wording.ts'

const OLD_TEXT = /^\s*"?(address-pools|peers)"?\s*:/m
const OLD_PREFIX = 'metallb.universe.tf/'

export const noLegacyConfiguration: ClusterCheck = {
  id: 'no-legacy-configuration',
  code: 'F06',
  link: 'configuration',
  title: 'no configuration is left that MetalLB does not read',
  needs: ['configuration', 'services'],
  evaluate: (view) => {
    const reads = compareReleases(view.release, '0.13.0') < 0
    if (reads) return failOr([], `MetalLB ${view.release} reads the ConfigMap`)
    return failOr([...configMaps(view), ...addressPools(view), ...annotations(view)], 'none found')
  },
}

const FIX: ClusterDraft['fix'] = [
  {
    text: 'Convert it; lbctl proves that every Service keeps its address.',
    command: 'lbctl migrate --from-cluster',
  },
]

/** Addresses of no pool are announced by nobody, and taken back. */
const breaksNow = (view: ClusterView): Breaks =>
  view.objects.pools.length === 0 && view.servicesWithAddress.length > 0 ? 'now' : 'some day'

function configMaps(view: ClusterView): ClusterDraft[] {
  const old = itemsOf(view.facts.configMaps).filter((map) =>
    Object.values(mapAt(map, 'data')).some((text) => OLD_TEXT.test(text)),
  )
  const pools = view.objects.pools.length
  return old.map((map) => ({
    title:
      pools === 0
        ? `The ConfigMap ${idOf(map)} holds the configuration, and MetalLB ${view.release} does not read it: there is no pool.`
        : `The ConfigMap ${idOf(map)} is left over from before MetalLB 0.13; nobody reads it.`,
    severity: pools === 0 ? 'error' : 'info',
    confidence: 'certain',
    subject: `ConfigMap ${idOf(map)}`,
    evidence: [`${counted(pools, 'IPAddressPool')} in the cluster`],
    cause: 'Since 0.13 MetalLB reads custom resources only.',
    fix:
      pools === 0
        ? FIX
        : [
            {
              text: 'Remove it when nothing else needs it.',
              command: `kubectl -n ${map.metadata.namespace ?? ''} delete configmap ${map.metadata.name}`,
            },
          ],
    breaks: breaksNow(view),
    affects: pools === 0 ? 'installation' : [],
  }))
}

function addressPools(view: ClusterView): ClusterDraft[] {
  const { addressPools: old, pools } = view.objects
  if (old.length === 0 || compareReleases(view.release, '0.14.0') < 0) return []
  return [
    {
      title: `${counted(old.length, 'AddressPool')} ${old.length === 1 ? 'is' : 'are'} not read by MetalLB ${view.release}: ${listed(old.map(({ name }) => name))}.`,
      severity: pools.length === 0 ? 'error' : 'warning',
      confidence: 'certain',
      subject: `AddressPool ${old[0]?.name ?? ''}`,
      evidence: [`the kind was removed in 0.14; ${counted(pools.length, 'IPAddressPool')} in the cluster`],
      cause: 'An AddressPool is an IPAddressPool and an advertisement in one; 0.14 dropped it.',
      fix: FIX,
      breaks: breaksNow(view),
      affects: pools.length === 0 ? 'installation' : [],
    },
  ]
}

function annotations(view: ClusterView): ClusterDraft[] {
  const old = view.services.filter((service) =>
    Object.keys(service.annotations).some((key) => key.startsWith(OLD_PREFIX)),
  )
  if (old.length === 0 || compareReleases(view.release, '0.14.9') < 0) return []
  const [first] = old
  const key = Object.keys(first?.annotations ?? {}).find((each) => each.startsWith(OLD_PREFIX)) ?? ''
  return [
    {
      title: `${counted(old.length, 'Service')} ${old.length === 1 ? 'has' : 'have'} annotations under the old prefix ${OLD_PREFIX}`,
      severity: 'info',
      confidence: 'certain',
      subject: `Service ${first === undefined ? '' : keyOf(first)}`,
      evidence: [listed(old.map(keyOf))],
      cause: 'They are still read; metallb.io/ is the prefix since 0.14.9, and wins where both are there.',
      fix: [
        {
          text: `Write metallb.io/${key.slice(OLD_PREFIX.length)} instead.`,
          command: 'lbctl migrate --from-cluster',
        },
      ],
      affects: [],
    },
  ]
}
