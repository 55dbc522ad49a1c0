// What a Service asks for and cannot have, taken back or put right. Each is one step: others can be in the way behind it.
import { annotation } from '../../config/rules/cluster/services.ts'
import { nearest } from '../../config/schema/nearest.ts'
import type { Refusal } from '../../ipam/refusal.ts'
import type { Change, RemedyDraft } from '../remedy.ts'
import { rawObject, setting } from '../remedy-context.ts'
import type { Waiting } from './waiting.ts'

const POOL = 'metallb.io/address-pool'
const SHARED = 'allow-shared-ip'

/** The smallest change comes first. Empty where the Service asks for nothing that stands in the way. */
export function otherWishes(refusal: Refusal, waiting: Waiting): readonly RemedyDraft[] {
  switch (refusal.kind) {
    case 'unknown-pool':
      return [...meantPool(refusal.pool, waiting), ...withoutWish(waiting, POOL)]
    case 'not-shared':
    case 'port-taken':
      return [...keyInPlace(waiting), ...withoutWish(waiting, 'addresses')]
    case 'outside-pools':
    case 'other-family':
      return withoutWish(waiting, 'addresses')
    case 'other-pool':
      return [...withoutWish(waiting, POOL), ...withoutWish(waiting, 'addresses')]
    case 'invalid':
      return [...oneWish(waiting), ...withoutWish(waiting, 'addresses')]
    case 'pool-not-for-service':
    case 'nothing-in-pool':
    case 'nothing-anywhere':
    case 'held-back':
      return []
  }
}

/** RequireDualStack, where the cluster gave the Service one address only. */
export const oneFamily = ({ view, service }: Waiting): RemedyDraft => ({
  changes: [setting(rawObject(view, service), ['spec', 'ipFamilyPolicy'], 'SingleStack')],
  summary: 'Let the Service do with one IP family: ipFamilyPolicy SingleStack.',
  why: 'It requires two families, and has a cluster address of one only, so MetalLB gives it nothing.',
  risk: 'Clients of the other IP family do not reach it, as they do not now.',
})

function meantPool(asked: string, { view, service }: Waiting): RemedyDraft[] {
  const meant = nearest(
    asked,
    view.objects.pools.map(({ name }) => name),
  )
  const key = annotation(service, 'address-pool')?.key
  if (meant === undefined || key === undefined) return []
  return [
    {
      changes: [setting(rawObject(view, service), ['metadata', 'annotations', key], meant)],
      summary: `Ask for the pool ${meant} instead of "${asked}".`,
      why: 'There is no pool of that name, and this one is spelt almost like it.',
      risk: 'Another pool may have been meant, whose manifest is not applied yet.',
    },
  ]
}

/** A wish that cannot be met is taken back; whatever the Service gets then is more than nothing. */
function withoutWish({ view, service }: Waiting, what: typeof POOL | 'addresses'): RemedyDraft[] {
  const object = rawObject(view, service)
  const annotated = annotation(service, what === POOL ? 'address-pool' : 'loadBalancerIPs')?.key
  const changes: Change[] = [
    ...(annotated === undefined ? [] : [setting(object, ['metadata', 'annotations', annotated], undefined)]),
    ...(what === POOL || service.loadBalancerIP === undefined
      ? []
      : [setting(object, ['spec', 'loadBalancerIP'], undefined)]),
  ]
  if (changes.length === 0) return []
  return [
    {
      changes,
      summary:
        what === POOL
          ? 'Do not ask for that pool.'
          : 'Do not ask for that address: take any that a pool has.',
      why: 'It cannot be had, and a Service that asks for nothing gets the first free address of the pools that are for it.',
      risk: 'The Service gets another address than the one that was meant: names and firewalls that know it have to follow.',
    },
  ]
}

/** The field and the annotation both: MetalLB takes one of the two only. */
function oneWish({ view, service }: Waiting): RemedyDraft[] {
  const listed = annotation(service, 'loadBalancerIPs')?.value ?? ''
  if (listed === '' || (service.loadBalancerIP ?? '') === '') return []
  return [
    {
      changes: [setting(rawObject(view, service), ['spec', 'loadBalancerIP'], undefined)],
      summary: 'Ask by the annotation alone: take spec.loadBalancerIP out.',
      why: 'MetalLB refuses a Service that asks for addresses in both ways.',
      risk: 'Programs that read spec.loadBalancerIP do not find it any more.',
    },
  ]
}

/** The sharing key stands among the labels, where MetalLB does not look. */
function keyInPlace({ view, service }: Waiting): RemedyDraft[] {
  const label = Object.entries(service.labels).find(([key]) => key.endsWith(`/${SHARED}`))
  if (label === undefined) return []
  const [key, value] = label
  const object = rawObject(view, service)
  return [
    {
      changes: [
        setting(object, ['metadata', 'annotations', `metallb.io/${SHARED}`], value),
        setting(object, ['metadata', 'labels', key], undefined),
      ],
      summary: `Write the sharing key ${value} among the annotations instead of the labels.`,
      why: 'MetalLB reads annotations only.',
      risk: 'Both Services are reached at one address then, as the key says.',
    },
  ]
}
