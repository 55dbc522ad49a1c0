// A pool, whatever it was written as, on its way to an IPAddressPool and its advertisements.
import type { ObjectMeta } from '../../config/kube-object.ts'
import type { IPAddressPoolSpec } from '../../config/schema/pool-kinds.ts'
import type { Origin, Planned } from '../planned.ts'

/** One way to announce a pool by BGP. Defaults are left out: 32, 128, no local preference, no community. */
export interface PoolAdvertisement {
  readonly aggregationLength?: number
  readonly aggregationLengthV6?: number
  readonly localPref?: number
  readonly communities?: readonly string[]
  readonly origin: Origin
  /** by field of BGPAdvertisement's spec */
  readonly origins: ReadonlyMap<string, Origin>
}

export interface PoolPlan {
  readonly namespace: string
  /** as the source calls it: what Services' annotations and its operator know */
  readonly sourceName: string
  /** in the cluster */
  readonly name: string
  readonly addresses: readonly { readonly text: string; readonly origin: Origin }[]
  readonly autoAssign: { readonly value: boolean; readonly origin: Origin } | undefined
  readonly avoidBuggyIps: { readonly value: boolean; readonly origin: Origin } | undefined
  /** how it is announced; `none`: addresses are handed out and nobody hears of them */
  readonly protocol: 'bgp' | 'layer2' | 'none'
  readonly protocolOrigin: Origin
  /** empty for layer2 and none */
  readonly advertisements: readonly PoolAdvertisement[]
  readonly origin: Origin
  readonly nameOrigin: Origin
  /** labels and annotations of an AddressPool, which selectors may look at */
  readonly metadata?: Pick<ObjectMeta, 'labels' | 'annotations'>
}

/** The IPAddressPool of a plan. */
export function ipAddressPool(pool: PoolPlan, explicit: boolean): Planned {
  const origins = new Map<string, Origin>([
    ['', pool.origin],
    ['metadata.name', pool.nameOrigin],
  ])
  for (const [index, address] of pool.addresses.entries())
    origins.set(`spec.addresses[${index}]`, address.origin)
  const { autoAssign, avoidBuggyIps } = pool
  if (autoAssign !== undefined) origins.set('spec.autoAssign', autoAssign.origin)
  if (avoidBuggyIps !== undefined) origins.set('spec.avoidBuggyIPs', avoidBuggyIps.origin)
  const spec = {
    addresses: pool.addresses.map((address) => address.text),
    ...settable('autoAssign', autoAssign?.value, true, explicit),
    ...settable('avoidBuggyIPs', avoidBuggyIps?.value, false, explicit),
  } satisfies Partial<IPAddressPoolSpec>
  return {
    object: {
      apiVersion: 'metallb.io/v1beta1',
      kind: 'IPAddressPool',
      metadata: { name: pool.name, namespace: pool.namespace, ...pool.metadata },
      spec,
    },
    origins,
  }
}

/** A field with a default: left out when it equals the default, unless everything is to be explicit. */
export function settable<K extends string, V>(
  key: K,
  value: V | undefined,
  byDefault: V,
  explicit: boolean,
): { [P in K]?: V } {
  const effective = value ?? byDefault
  if (!explicit && effective === byDefault) return {}
  return { [key]: effective } as { [P in K]?: V }
}
