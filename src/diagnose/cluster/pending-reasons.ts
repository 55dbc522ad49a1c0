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
import { formatIp, type Ip } from '../../net/ip.ts'
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

/** @param poolNames all that there are */
export function pendingReason(
  refusal: Refusal,
  service: ServiceObject,
  poolNames: readonly string[],
): PendingReason {
  const pools = poolRefusals(refusal)
  const { text, fix } = inWords(refusal, service, poolNames)
  const sharing = refusal.kind === 'not-shared' || refusal.kind === 'port-taken'
  return { text, fix, pools, sharing }
}

interface Words {
  readonly text: string
  readonly fix: string
}

function inWords(refusal: Refusal, service: ServiceObject, poolNames: readonly string[]): Words {
  switch (refusal.kind) {
    case 'outside-pools':
      return {
        text: `it asks for ${addressesText(refusal.addresses)}, which no single pool holds`,
        fix: `Ask for an address of ${listed(poolNames)}, or add it to a pool.`,
      }
    case 'unknown-pool':
      return {
        text: `it asks for the pool "${refusal.pool}", and there is none of that name`,
        fix: `Ask for one of ${listed(poolNames)}, or remove the annotation.`,
      }
    case 'pool-not-for-service':
      return {
        text: `the pool "${refusal.pool}" is not for it: ${poolReasonWords(refusal)}`,
        fix: FIXES[refusal.reason](refusal.pool, service),
      }
    case 'nothing-in-pool':
      return {
        text: `the pool "${refusal.refusal.pool}" has nothing for it: ${poolReasonWords(refusal.refusal)}`,
        fix: FIXES[refusal.refusal.reason](refusal.refusal.pool, service),
      }
    case 'nothing-anywhere':
      return { text: 'no pool has an address for it', fix: smallestChange(refusal.pools, service) }
    case 'not-shared':
      return notShared(refusal, service)
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
): Words {
  const key = annotation(service, 'allow-shared-ip')?.value ?? ''
  const misplaced = Object.keys(service.labels).some((label) => label.endsWith('/allow-shared-ip'))
  return {
    text: `${formatIp(address)} belongs to ${listed(holders)}, ${misplaced ? 'and its own sharing key stands among its labels' : 'which does not share it'}`,
    fix: misplaced
      ? 'Write metallb.io/allow-shared-ip among the annotations.'
      : key === ''
        ? 'Annotate all of them with the same value of metallb.io/allow-shared-ip, or ask for another address.'
        : 'Give all of them the same value of metallb.io/allow-shared-ip and the same externalTrafficPolicy; with Local, the same selector too.',
  }
}

type FixFor = (pool: string, service: ServiceObject) => string

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
  'family-missing': (pool) => `Add addresses of this family to the pool "${pool}".`,
  'no-free-address': (pool) => `Add addresses to the pool "${pool}", or delete Services that are not needed.`,
}
/** What costs least comes first. */
const BY_EFFORT = Object.keys(FIXES) as PoolReason[]

function smallestChange(refusals: readonly PoolRefusal[], service: ServiceObject): string {
  const [first] = [...refusals].sort((a, b) => BY_EFFORT.indexOf(a.reason) - BY_EFFORT.indexOf(b.reason))
  return first === undefined ? 'Apply a pool that serves it.' : FIXES[first.reason](first.pool, service)
}
