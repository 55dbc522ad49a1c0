// Why a Service gets no address: what it asks for, and why each pool is passed over, in MetalLB's order (metallb.md §4.4).
import type { Pool, ServiceObject } from '../../config/objects/read-object.ts'
import { annotation } from '../../config/rules/cluster/services.ts'
import type { LabelSelector } from '../../config/schema/field.ts'
import { type AddressEntry, parseAddressEntry } from '../../config/semantics/addresses.ts'
import { isBuggyIp } from '../../config/semantics/capacity.ts'
import { compileSelector, matchesAny } from '../../config/semantics/selector.ts'
import { formatIp, type Ip, type IpFamily, parseIp } from '../../net/ip.ts'
import { rangeContains } from '../../net/prefix.ts'
import type { ClusterView } from './cluster-view.ts'
import { grouped } from './grouped.ts'
import { addressesOf, keyOf } from './object-keys.ts'
import { listed } from './wording.ts'

export interface PendingReason {
  /** a clause */
  readonly text: string
  readonly fix: string
  /** pool → why not; empty where no pool was looked at by itself */
  readonly pools: readonly { readonly pool: string; readonly why: string }[]
  /** it is about an address that another Service has (F10) */
  readonly sharing: boolean
}

const NO_POOLS: readonly PendingReason['pools'][number][] = []

/** Undefined when a pool would serve it: then the controller has not got to it, or does not run. */
export function pendingReason(service: ServiceObject, view: ClusterView): PendingReason | undefined {
  const { pools } = view.objects
  const because = (text: string, fix: string, sharing = false): PendingReason => ({
    text,
    fix,
    pools: NO_POOLS,
    sharing,
  })
  if (pools.length === 0)
    return because('there is no IPAddressPool', 'Apply an IPAddressPool and an advertisement for it.')
  const wanted = annotation(service, 'loadBalancerIPs')?.value ?? service.loadBalancerIP ?? ''
  if (annotation(service, 'loadBalancerIPs') !== undefined && (service.loadBalancerIP ?? '') !== '')
    return because(
      'it asks for addresses by the annotation and by spec.loadBalancerIP, and MetalLB takes one of the two',
      'Remove spec.loadBalancerIP.',
    )
  if (wanted !== '') return requested(wanted, service, view)
  const named = annotation(service, 'address-pool')?.value
  const asked = named === undefined || named === '' ? undefined : pools.find(({ name }) => name === named)
  if (named !== undefined && named !== '' && asked === undefined)
    return because(
      `it asks for the pool "${named}", and there is none of that name`,
      `Ask for one of ${listed(pools.map(({ name }) => name))}, or remove the annotation.`,
    )
  const looked = (asked === undefined ? pools : [asked]).map((pool) => ({
    pool,
    why: whyNot(pool, service, view, asked !== undefined),
  }))
  if (looked.some(({ why }) => why === undefined)) return undefined
  const refusals = looked.map(({ pool, why }) => ({ pool: pool.name, why: why?.text ?? '' }))
  return {
    text:
      refusals.length === 1
        ? `the pool "${refusals[0]?.pool ?? ''}" ${refusals[0]?.why ?? ''}`
        : 'no pool has an address for it',
    fix: smallest(looked),
    pools: refusals,
    sharing: false,
  }
}

interface WhyNot {
  readonly text: string
  readonly fix: string
  /** the smaller, the less has to be changed */
  readonly effort: number
}

const smallest = (looked: readonly { readonly why: WhyNot | undefined }[]): string =>
  looked.flatMap(({ why }) => why ?? []).sort((a, b) => a.effort - b.effort)[0]?.fix ?? ''

function whyNot(pool: Pool, service: ServiceObject, view: ClusterView, isAsked: boolean): WhyNot | undefined {
  const { spec, name } = pool
  const restriction = restrictionOf(pool, service, view)
  if (restriction !== undefined) return restriction
  if (spec.autoAssign === false && !isAsked)
    return {
      text: 'has autoAssign off',
      fix: `Ask for it: annotate the Service with metallb.io/address-pool=${name}, or set autoAssign: true in the pool "${name}".`,
      effort: 1,
    }
  const missing = familiesOf(service).filter(
    (family) => !entriesOf(pool).some((entry) => entry.family === family),
  )
  const [family] = missing
  if (family !== undefined && missing.length === familiesOf(service).length)
    return {
      text: `has no IPv${family} addresses`,
      fix: `Add IPv${family} addresses to the pool "${name}".`,
      effort: 3,
    }
  const full = familiesOf(service).find((each) => isFull(pool, each, view))
  return full === undefined
    ? undefined
    : {
        text: `has no free IPv${full} address`,
        fix: `Add addresses to the pool "${name}", or delete Services that are not needed.`,
        effort: 4,
      }
}

function restrictionOf({ name, spec }: Pool, service: ServiceObject, view: ClusterView): WhyNot | undefined {
  const { namespaces = [], namespaceSelectors = [], serviceSelectors = [] } = spec.serviceAllocation ?? {}
  const namespace = service.namespace ?? 'default'
  const labels = view.objects.namespaces.find((each) => each.name === namespace)?.labels ?? {}
  const restricted = namespaces.length > 0 || namespaceSelectors.length > 0
  const inNamespace =
    namespaces.includes(namespace) || (namespaceSelectors.length > 0 && matches(namespaceSelectors, labels))
  if (restricted && !inNamespace)
    return {
      text: 'is reserved for other namespaces',
      fix: `Add ${namespace} to serviceAllocation.namespaces of the pool "${name}".`,
      effort: 2,
    }
  if (serviceSelectors.length > 0 && !matches(serviceSelectors, service.labels))
    return {
      text: 'is reserved for Services with other labels',
      fix: `Label the Service as serviceAllocation.serviceSelectors of the pool "${name}" wants it.`,
      effort: 2,
    }
  return undefined
}

const matches = (selectors: readonly LabelSelector[], labels: Readonly<Record<string, string>>): boolean =>
  matchesAny(
    selectors.flatMap((selector) => {
      const compiled = compileSelector(selector)
      return compiled.ok ? [compiled.value] : []
    }),
    labels,
  )

function requested(wanted: string, service: ServiceObject, view: ClusterView): PendingReason | undefined {
  const because = (text: string, fix: string, sharing = false): PendingReason => ({
    text,
    fix,
    pools: NO_POOLS,
    sharing,
  })
  for (const text of wanted.split(',').map((each) => each.trim())) {
    const address = parseIp(text)
    if (address === undefined)
      return because(
        `it asks for "${text}", which is no address`,
        'Write one IPv4 or IPv6 address, or one of each.',
      )
    const pool = view.objects.pools.find((each) =>
      entriesOf(each).some(({ range }) => rangeContains(range, address)),
    )
    if (pool === undefined)
      return because(
        `it asks for ${formatIp(address)}, which no pool holds`,
        `Ask for an address of ${listed(view.objects.pools.map(({ name }) => name))}, or add it to a pool.`,
      )
    const restriction = restrictionOf(pool, service, view)
    if (restriction !== undefined)
      return because(
        `it asks for ${formatIp(address)} of the pool "${pool.name}", which ${restriction.text}`,
        restriction.fix,
      )
    const clash = clashOn(address, service, view)
    if (clash !== undefined) return because(clash.text, clash.fix, true)
  }
  return undefined
}

/** The first of MetalLB's four conditions for sharing that does not hold (metallb.md §4.6). */
function clashOn(
  address: Ip,
  service: ServiceObject,
  view: ClusterView,
): { readonly text: string; readonly fix: string } | undefined {
  const text = formatIp(address)
  const other = view.allServices.find(
    (each) => keyOf(each) !== keyOf(service) && addressesOf(each).some((own) => formatIp(own) === text),
  )
  if (other === undefined) return undefined
  const [mine, theirs] = [service, other].map((each) => annotation(each, 'allow-shared-ip')?.value ?? '')
  const inLabels = [service, other].find(({ labels }) =>
    Object.keys(labels).some((key) => key.endsWith('/allow-shared-ip')),
  )
  const who = `${text} belongs to ${keyOf(other)}`
  if (inLabels !== undefined)
    return {
      text: `${who}, and the sharing key of ${keyOf(inLabels)} stands among its labels`,
      fix: 'Write it among the annotations.',
    }
  if (mine !== theirs || mine === '')
    return {
      text: `${who}, and their sharing keys differ (${mine || 'none'}, ${theirs || 'none'})`,
      fix: 'Annotate both with the same value of metallb.io/allow-shared-ip.',
    }
  const port = service.ports.find((own) =>
    other.ports.some((each) => each.port === own.port && each.protocol === own.protocol),
  )
  if (port !== undefined)
    return {
      text: `${who}, and both want port ${port.protocol}/${port.port}`,
      fix: 'Give one of them another port, or another address.',
    }
  const local = [service, other].map(({ externalTrafficPolicy, selector }) =>
    externalTrafficPolicy === 'Local' ? JSON.stringify(Object.entries(selector).sort()) : '',
  )
  return local[0] === local[1]
    ? undefined
    : {
        text: `${who}, and with externalTrafficPolicy Local both need the same selector`,
        fix: 'Set externalTrafficPolicy: Cluster on both, or give them the same selector.',
      }
}

const entriesOf = (pool: Pool): readonly AddressEntry[] =>
  (pool.spec.addresses ?? []).flatMap((text) => {
    const parsed = parseAddressEntry(text)
    return parsed.ok ? [parsed.value] : []
  })

const familiesOf = ({ clusterIPs }: ServiceObject): readonly IpFamily[] => {
  const families = clusterIPs.flatMap((text) => parseIp(text)?.family ?? [])
  return families.length === 0 ? [4] : families
}

function isFull(pool: Pool, family: IpFamily, view: ClusterView): boolean {
  const avoid = pool.spec.avoidBuggyIPs === true
  const ranges = entriesOf(pool).filter((entry) => entry.family === family)
  const used = grouped(
    view.allServices
      .flatMap(addressesOf)
      .filter(
        (address) =>
          address.family === family &&
          ranges.some(({ range }) => rangeContains(range, address)) &&
          !(avoid && isBuggyIp(address)),
      ),
    formatIp,
  ).size
  const size = ranges.reduce((sum, { range }) => sum + (range.last - range.first + 1n), 0n)
  const buggy = avoid && family === 4 && size <= 4096n ? BigInt(buggyIn(ranges)) : 0n
  return BigInt(used) >= size - buggy
}

function buggyIn(ranges: readonly AddressEntry[]): number {
  let count = 0
  for (const { range, family } of ranges)
    for (let value = range.first; value <= range.last; value++) if (isBuggyIp({ family, value })) count += 1
  return count
}
