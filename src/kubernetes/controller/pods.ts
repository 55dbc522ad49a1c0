// Pods of the namespace that the controller has to know of: the speakers that it asks, and a controller of MetalLB.
import type { MetallbController } from '../../controller/coexistence/beside.ts'
import type { ApiClient } from '../client.ts'
import { listPages } from '../lists.ts'
import { pathOf } from '../resources.ts'
import { asRecord, asText } from '../status.ts'

type Raw = Readonly<Record<string, unknown>>

/** A speaker that listens for questions. */
export interface ListeningSpeaker {
  /** of the node */
  readonly name: string
  readonly host: string
  readonly port: number
}

/** Manifests use the first, Helm charts the second (metallb.md §7.6). */
const METALLB_CONTROLLER_LABELS = [
  'app=metallb,component=controller',
  'app.kubernetes.io/name=metallb,app.kubernetes.io/component=controller',
]

/** @throws LbctlError */
async function podsOf(client: ApiClient, namespace: string, labelSelector: string): Promise<readonly Raw[]> {
  const path = pathOf({ group: '', version: 'v1', resource: 'pods' }, { namespace })
  const pages = await listPages(client, { path, query: { labelSelector } })
  return pages.flatMap((page) => listOf(page['items']).map(asRecord)).filter(isAlive)
}

const isAlive = (pod: Raw): boolean =>
  asRecord(pod['status'])['phase'] === 'Running' &&
  asRecord(pod['metadata'])['deletionTimestamp'] === undefined

/** @param portName of the port that the questions go to; a Pod without it does not listen. @throws LbctlError */
export async function listeningSpeakers(
  client: ApiClient,
  namespace: string,
  labels: Readonly<Record<string, string>>,
  portName: string,
): Promise<readonly ListeningSpeaker[]> {
  const selector = Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',')
  return (await podsOf(client, namespace, selector)).flatMap((pod) => {
    const spec = asRecord(pod['spec'])
    const status = asRecord(pod['status'])
    const ports = listOf(spec['containers']).flatMap((each) => listOf(asRecord(each)['ports']).map(asRecord))
    const port = ports.find(({ name }) => name === portName)?.['containerPort']
    const host = asText(status['podIP']) || asText(status['hostIP'])
    return typeof port === 'number' && host !== '' ? [{ name: asText(spec['nodeName']), host, port }] : []
  })
}

/** @throws LbctlError */
export async function metallbControllers(
  client: ApiClient,
  namespace: string,
): Promise<readonly MetallbController[]> {
  const found = new Map<string, MetallbController>()
  for (const selector of METALLB_CONTROLLER_LABELS)
    for (const pod of await podsOf(client, namespace, selector)) {
      const metadata = asRecord(pod['metadata'])
      const name = asText(metadata['name'])
      const owner = asRecord(listOf(metadata['ownerReferences'])[0])
      const hash = asText(asRecord(metadata['labels'])['pod-template-hash'])
      found.set(name, { pod: name, deployment: deploymentOf(owner, hash) })
    }
  return [...found.values()]
}

/** A ReplicaSet is called after its Deployment, with the hash of the template behind it. */
function deploymentOf(owner: Raw, hash: string): string | undefined {
  const name = asText(owner['name'])
  if (asText(owner['kind']) !== 'ReplicaSet' || hash === '' || !name.endsWith(`-${hash}`)) return undefined
  return name.slice(0, -hash.length - 1)
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
