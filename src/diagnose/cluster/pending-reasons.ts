// A refusal of the allocator in words for a person, and the smallest change that would help.
import type { ServiceObject } from '../../config/objects/read-object.ts'
import { annotation } from '../../config/rules/cluster/services.ts'
import {
  type PoolReason,
  type PoolRefusal,
  poolReasonWords,
  poolRefusals,
  type Refusal,
} from '../../ipam/refusal.ts'
import { formatIp, type Ip, type IpFamily } from '../../net/ip.ts'
import { sharingObstacles } from './sharing-obstacles.ts'
import { listed } from './wording.ts'

export interface PendingReason {
  /** a clause */
  readonly text: string
  readonly fix: string
  /** pool → why not; empty where no pool was looked at by itself */
  readonly pools: readonly PoolRefusal[]
  /** it is about an address that another Service has (F10) */
  readonly sharing: boolean
}

export const NO_POOL: PendingReason = {
  text: 'there is no IPAddressPool',
  fix: 'Apply an IPAddressPool and an advertisement for it.',
  pools: [],
  sharing: false,
}

/** What keeps a Service from its address before any pool is looked at. */
export function withoutRefusal({ ipFamilyPolicy, clusterIPs }: ServiceObject): PendingReason | undefined {
  if (ipFamilyPolicy !== 'RequireDualStack' || clusterIPs.length !== 1) return undefined
  return {
    text: `its ipFamilyPolicy is RequireDualStack, and it has one cluster address only, ${listed(clusterIPs)}`,
    fix: 'Set ipFamilyPolicy: SingleStack, or make the cluster dual-stack, so that the Service has two cluster addresses.',
    pools: [],
    sharing: false,
  }
}

/** Pool → all that keeps the Service from it. */
export type Obstacles = ReadonlyMap<string, readonly PoolRefusal[]>

export function pendingReason(
  refusal: Refusal,
  service: ServiceObject,
  obstacles: Obstacles,
  serviceOf: ServiceLookup,
): PendingReason {
  const pools = poolRefusals(refusal)
  const { text, fix } = inWords(refusal, service, obstacles, serviceOf)
  const sharing = refusal.kind === 'not-shared' || refusal.kind === 'port-taken'
  return { text, fix, pools, sharing }
}

interface Words {
  readonly text: string
  readonly fix: string
}

function inWords(
  refusal: Refusal,
  service: ServiceObject,
  obstacles: Obstacles,
  serviceOf: ServiceLookup,
): Words {
  switch (refusal.kind) {
    case 'outside-pools':
      return {
        text: `it asks for ${addressesText(refusal.addresses)}, which no single pool holds`,
        fix: elsewhere('Ask for a free address of', service, obstacles),
      }
    case 'unknown-pool':
      return {
        text: `it asks for the pool "${refusal.pool}", and there is none of that name`,
        fix: elsewhere('Ask for one of', service, obstacles),
      }
    case 'pool-not-for-service':
      return {
        text: `the pool "${refusal.pool}" is not for it: ${poolReasonWords(refusal)}`,
        fix: openPool(refusal.pool, service, obstacles, asksForAddress(service) ? BARRIERS : ASKED),
      }
    case 'nothing-in-pool':
      return {
        text: `the pool "${refusal.refusal.pool}" has nothing for it: ${poolReasonWords(refusal.refusal)}`,
        fix: openPool(refusal.refusal.pool, service, obstacles, ASKED),
      }
    case 'nothing-anywhere':
      return { text: 'no pool has an address for it', fix: smallestChange(service, obstacles) }
    case 'not-shared':
      return notShared(refusal, service, serviceOf)
    case 'port-taken':
      return {
        text: `${formatIp(refusal.address)} belongs to ${refusal.holder}, which has port ${refusal.port} there already`,
        fix: 'Give one of them another port, or another address.',
      }
    case 'held-back':
      return {
        text: `${formatIp(refusal.address)} is held back for now`,
        fix: 'Wait, or ask for another address.',
      }
    case 'other-family':
      return {
        text: `it asks for ${addressesText(refusal.addresses)}, of another IP family than the Service`,
        fix: 'Ask for an address of its ipFamilies, or change them.',
      }
    case 'other-pool':
      return {
        text: `it asks for ${addressesText(refusal.addresses)} and for the pool "${refusal.pool}", which does not hold it`,
        fix: 'Ask for one of the two only.',
      }
    case 'invalid':
      return {
        text: `what it asks for makes no sense: ${refusal.words}`,
        fix: 'Ask by the annotation metallb.io/loadBalancerIPs alone, for one address or one of each family.',
      }
  }
}

const addressesText = (addresses: readonly Ip[]): string => listed(addresses.map(formatIp))

function notShared(
  { address, holders }: Extract<Refusal, { kind: 'not-shared' }>,
  service: ServiceObject,
  serviceOf: ServiceLookup,
): Words {
  const [first] = holders
  const holder = first === undefined ? undefined : serviceOf(first)
  const belongs = `${formatIp(address)} belongs to ${listed(holders)}`
  if (holder === undefined)
    return { text: `${belongs}, which does not share it`, fix: 'Ask for another address.' }
  const { text, fix } = sharingObstacles(service, holder)
  return { text: `${belongs}, ${text}`, fix }
}

/** One that the allocator knows, by its key. */
export type ServiceLookup = (key: string) => ServiceObject | undefined

type FixFor = (pool: string, service: ServiceObject, family?: IpFamily) => string

const FIXES: Readonly<Record<PoolReason, FixFor>> = {
  'held-back': (pool) => `Wait: addresses of the pool "${pool}" come free by themselves.`,
  'not-automatic': (pool) =>
    `Annotate the Service with metallb.io/address-pool=${pool}, or set autoAssign: true in the pool "${pool}".`,
  'other-namespace': (pool, { namespace = 'default' }) =>
    `Add ${namespace} to serviceAllocation.namespaces of the pool "${pool}".`,
  'no-namespace-matches': (pool, { namespace = 'default' }) =>
    `Label the namespace ${namespace} as serviceAllocation.namespaceSelectors of the pool "${pool}" wants it.`,
  'other-labels': (pool) =>
    `Label the Service as serviceAllocation.serviceSelectors of the pool "${pool}" wants it.`,
  'all-avoided': (pool) =>
    `Set avoidBuggyIPs: false in the pool "${pool}", or add addresses to it that end neither in .0 nor in .255.`,
  'family-missing': (pool, _service, family) => `Add IPv${family} addresses to the pool "${pool}".`,
  'no-free-address': (pool, _service, family) =>
    `Add IPv${family} addresses to the pool "${pool}", or delete Services that are not needed.`,
}
/** What costs least comes first. */
export const BY_EFFORT = Object.keys(FIXES) as PoolReason[]

export const ASKED: readonly PoolReason[] = BY_EFFORT.filter((reason) => reason !== 'not-automatic')
/** What counts for an address that is asked for: others of the pool may all be in use. */
export const BARRIERS: readonly PoolReason[] = ['other-namespace', 'other-labels']

export const asksForAddress = (service: ServiceObject): boolean =>
  (annotation(service, 'loadBalancerIPs')?.value ?? '') !== '' || (service.loadBalancerIP ?? '') !== ''

/** All of what has to change for this pool: one of two changes alone helps nobody. */
function openPool(
  pool: string,
  service: ServiceObject,
  obstacles: Obstacles,
  counting: readonly PoolReason[] = BY_EFFORT,
): string {
  const counted = (obstacles.get(pool) ?? []).filter(({ reason }) => counting.includes(reason))
  return counted.map(({ reason, family }) => FIXES[reason](pool, service, family)).join(' ')
}

/** The pool with the fewest things in the way; of those, what costs least. */
function smallestChange(service: ServiceObject, obstacles: Obstacles): string {
  const worst = (found: readonly PoolRefusal[]): number =>
    Math.max(...found.map(({ reason }) => BY_EFFORT.indexOf(reason)))
  const [first] = [...obstacles]
    .filter(([, found]) => found.length > 0)
    .sort(([, a], [, b]) => a.length - b.length || worst(a) - worst(b))
  return first === undefined ? 'Apply a pool that serves it.' : openPool(first[0], service, obstacles)
}

/** For a wish that no pool can meet: the pools that can meet another one. */
function elsewhere(ask: string, service: ServiceObject, obstacles: Obstacles): string {
  const open = [...obstacles].filter(([, found]) => found.every(({ reason }) => reason === 'not-automatic'))
  if (open.length === 0) return `Ask for nothing in particular. ${smallestChange(service, obstacles)}`
  const names = listed(open.map(([name]) => name))
  return `${ask} ${names}${open.some(([, found]) => found.length === 0) ? ', or remove the wish' : ''}.`
}
