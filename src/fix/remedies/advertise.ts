// F01, F36: the advertisement that a pool lacks, or one whose selectors leave nobody.
import type { Json, KubeObject } from '../../config/kube-object.ts'
import type { LabelSelector } from '../../config/schema/field.ts'
import { parseYaml } from '../../config/source/parse.ts'
import { Source } from '../../config/source/source.ts'
import { nodeToJson } from '../../config/source/to-json.ts'
import { itemsOf } from '../../diagnose/cluster/cluster-facts.ts'
import { listAt } from '../../diagnose/cluster/object-fields.ts'
import type { Change, RemedyAnswer } from '../remedy.ts'
import { byHand } from '../remedy.ts'
import { nameInSubject, type RemedyContext, rawObject, setting } from '../remedy-context.ts'
import { labelsFor } from './labels-for.ts'

/** F01: by the pool, or by the Services that its advertisements pass over. */
export function announcePool(context: RemedyContext): RemedyAnswer {
  const { finding } = context
  if (finding.check === 'addresses-of-pools')
    return byHand(
      'Whether the address belongs into a pool, or the Service is to get another one, only you know: its clients may have the address written down.',
    )
  if (finding.check !== 'pools-announced')
    return byHand(
      'The objects are as they should be, and yet nobody answers: what is wrong is on a node or on the wire, and no object can be changed for it.',
    )
  const created = adviceOf(context)
  return created.length > 0 ? advertisements(context, created) : selectors(context)
}

/** F36: a router without BGP, and a pool of the nodes' own link that layer 2 could announce. */
export function announceByLayer2(context: RemedyContext): RemedyAnswer {
  // The general advice, an advertisement for every pool, is for a person to judge.
  const created = adviceOf(context).filter((each) => listAt(each, 'spec', 'ipAddressPools').length > 0)
  return created.length > 0
    ? advertisements(context, created)
    : byHand('The router has to be told: only who runs it can let it listen for the nodes.')
}

/** What the finding itself says to apply. */
function adviceOf({ finding, view }: RemedyContext): readonly KubeObject[] {
  return finding.fix.flatMap(({ configuration = [] }) => {
    if (!configuration[0]?.startsWith('apiVersion: metallb.io/')) return []
    const { documents } = parseYaml(new Source('advice', configuration.join('\n')))
    return documents.map((document) =>
      withFreeName(nodeToJson(document) as unknown as KubeObject, view.facts),
    )
  })
}

/** An advertisement of that name may be there for other pools. */
function withFreeName(object: KubeObject, facts: RemedyContext['view']['facts']): KubeObject {
  const taken = new Set(
    itemsOf(facts.configuration)
      .filter(
        ({ kind, metadata }) => kind === object.kind && metadata.namespace === object.metadata.namespace,
      )
      .map(({ metadata }) => metadata.name),
  )
  const { name } = object.metadata
  let free = name
  for (let count = 2; taken.has(free); count += 1) free = `${name}-${count}`
  return { ...object, metadata: { ...object.metadata, name: free } }
}

function advertisements(context: RemedyContext, objects: readonly KubeObject[]): RemedyAnswer {
  const changes = objects.map((object): Change => ({ kind: 'create', object }))
  const [first] = objects
  const isLayer2 = first?.kind === 'L2Advertisement'
  return [
    {
      changes,
      summary: `Announce the pool ${objects.flatMap((each) => listAt(each, 'spec', 'ipAddressPools')).join(', ')} by ${isLayer2 ? 'layer 2' : 'BGP'}.`,
      why: context.finding.cause,
      risk: isLayer2
        ? 'The nodes answer ARP and neighbour discovery for these addresses at once: where another machine has one of them, both answer.'
        : 'The routers learn these addresses at once, from every node that may announce them.',
    },
  ]
}

function selectors({ finding, view }: RemedyContext): RemedyAnswer {
  const keys = finding.affects === 'installation' ? [] : finding.affects
  const services = view.services.filter(({ namespace = 'default', name }) =>
    keys.includes(`${namespace}/${name}`),
  )
  const [service] = services
  const pool = service === undefined ? undefined : view.poolOf(service)
  const poolName = pool?.name ?? nameInSubject(finding.subject, 'IPAddressPool') ?? ''
  const adverts = [...view.objects.l2Advertisements, ...view.objects.bgpAdvertisements].filter(({ name }) =>
    [...(pool?.l2 ?? []), ...(pool?.bgp ?? [])].some((each) => each.name === name),
  )
  const [advert] = adverts
  if (advert === undefined) return byHand('Which advertisement was meant for it only you know.')
  const raw = rawObject(view, advert)
  const wanted = listAt(raw, 'spec', 'serviceSelectors') as readonly LabelSelector[]
  if (wanted.length > 0) {
    const changes = services.flatMap((each): Change[] =>
      Object.entries(labelsFor(wanted[0] ?? {}, each.labels)).map(([key, value]) =>
        setting(rawObject(view, each), ['metadata', 'labels', key], value),
      ),
    )
    if (changes.length === 0) return byHand('No label makes the selectors of the advertisement match.')
    return [
      {
        changes,
        summary: `Label the Service as the serviceSelectors of ${advert.kind} ${advert.name} want it.`,
        why: finding.cause,
        risk: 'Other programs can select Services by the same label.',
      },
    ]
  }
  const nodes = listAt(raw, 'spec', 'nodeSelectors') as readonly Json[]
  if (nodes.length === 0)
    return byHand('Its advertisements contradict each other; which one is right only you know.')
  return [
    {
      changes: [setting(raw, ['spec', 'nodeSelectors'], undefined)],
      summary: `Take the nodeSelectors out of ${advert.kind} ${advert.name}, which match no node that could announce the pool ${poolName}.`,
      why: finding.cause,
      risk: 'Every node may announce the pool then, those that are not on its link as well; instead of this, nodes can be labelled as the selectors want them.',
    },
  ]
}
