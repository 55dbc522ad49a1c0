// F09, F10: the smallest change with which the allocator has an address for a Service that waits for one.

import type { ServiceObject } from '../../config/objects/read-object.ts'
import { annotation } from '../../config/rules/cluster/services.ts'
import type { LabelSelector } from '../../config/schema/field.ts'
import { nearest } from '../../config/schema/nearest.ts'
import { listAt, textsAt } from '../../diagnose/cluster/object-fields.ts'
import { type PoolReason, type PoolRefusal, poolRefusals, type Refusal } from '../../ipam/refusal.ts'
import type { Change, RemedyAnswer, RemedyDraft } from '../remedy.ts'
import { byHand } from '../remedy.ts'
import { nameInSubject, type RemedyContext, rawObject, setting } from '../remedy-context.ts'
import { labelsFor } from './labels-for.ts'

const POOL = 'metallb.io/address-pool'
const SHARED = 'allow-shared-ip'

interface Waiting extends RemedyContext {
  readonly service: ServiceObject
}

export function giveAddress(context: RemedyContext): RemedyAnswer {
  const { view, finding } = context
  const key = nameInSubject(finding.subject, 'Service')
  const service = view.services.find(({ namespace = 'default', name }) => `${namespace}/${name}` === key)
  if (service === undefined)
    return byHand(
      'The loadBalancerClass of a Service cannot be changed: it has to be made anew, and its address with it.',
    )
  if (view.objects.pools.length === 0)
    return byHand('There is no pool, and which addresses of your network are free only you know.')
  const refusal = view.allocation.refusalOf(service)
  if (refusal === undefined)
    return byHand(
      'The objects are as they should be: a pool has an address for it. What keeps the controller from handing it out stands in its log.',
    )
  const drafts = draftsFor(refusal, { ...context, service })
  return drafts.length > 0 ? drafts : byHand(whyNot(refusal))
}

const whyNot = (refusal: Refusal): string =>
  poolRefusals(refusal).some(({ reason }) => reason === 'held-back')
    ? 'The addresses come free by themselves.'
    : 'The pools need other or more addresses, and which of your network are free only you know.'

function draftsFor(refusal: Refusal, waiting: Waiting): readonly RemedyDraft[] {
  switch (refusal.kind) {
    case 'unknown-pool':
      return [...meantPool(refusal.pool, waiting), ...withoutWish(waiting, POOL)]
    case 'pool-not-for-service':
      return [...openPool(refusal, waiting)]
    case 'nothing-in-pool':
      return openPool(refusal.refusal, waiting)
    case 'nothing-anywhere':
      return [...refusal.pools]
        .sort((a, b) => EFFORT.indexOf(a.reason) - EFFORT.indexOf(b.reason))
        .flatMap((each) => openPool(each, waiting))
    case 'not-shared':
    case 'port-taken':
      return [...keyInPlace(waiting), ...withoutWish(waiting, 'addresses')]
    case 'outside-pools':
    case 'other-family':
      return withoutWish(waiting, 'addresses')
    case 'other-pool':
      return withoutWish(waiting, POOL)
    case 'invalid':
      return oneWish(waiting)
    case 'held-back':
      return []
  }
}

/** What touches the Service alone comes before what opens a pool to others. */
const EFFORT: readonly PoolReason[] = [
  'not-automatic',
  'other-namespace',
  'no-namespace-matches',
  'other-labels',
]

function openPool(
  { pool: name, reason }: Pick<PoolRefusal, 'pool' | 'reason'>,
  waiting: Waiting,
): RemedyDraft[] {
  const { view, service, finding } = waiting
  const pool = view.objects.pools.find((each) => each.name === name)
  if (pool === undefined) return []
  const raw = rawObject(view, pool)
  const why = finding.cause
  if (reason === 'not-automatic')
    return [
      {
        changes: [setting(rawObject(view, service), ['metadata', 'annotations', POOL], name)],
        summary: `Let the Service ask for the pool ${name}, which hands out nothing unasked.`,
        why,
        risk: 'The pool was kept from automatic use for some reason: its addresses may be meant for others.',
      },
    ]
  if (reason === 'other-namespace' || reason === 'no-namespace-matches') {
    const path = ['spec', 'serviceAllocation', 'namespaces']
    const namespace = service.namespace ?? 'default'
    return [
      {
        changes: [setting(raw, path, [...textsAt(raw, ...path), namespace])],
        summary: `Let Services of the namespace ${namespace} use the pool ${name}.`,
        why,
        risk: 'The pool was reserved for others: every Service of that namespace can take its addresses now.',
      },
    ]
  }
  if (reason !== 'other-labels') return []
  const [selector] = listAt(raw, 'spec', 'serviceAllocation', 'serviceSelectors') as readonly LabelSelector[]
  const labels = Object.entries(labelsFor(selector ?? {}, service.labels))
  if (labels.length === 0) return []
  const object = rawObject(view, service)
  return [
    {
      changes: labels.map(([key, value]) => setting(object, ['metadata', 'labels', key], value)),
      summary: `Label the Service as the pool ${name} wants it.`,
      why,
      risk: 'Other programs can select Services by the same label.',
    },
  ]
}

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
