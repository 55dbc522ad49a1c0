// Logs of the Pods that run a load balancer, container by container, as the bytes come. Read only.
import { LbctlError } from '../errors/lbctl-error.ts'
import { ApiClient } from './client.ts'
import { type ConnectionOptions, openConnection } from './connection.ts'
import { listPages } from './lists.ts'
import { networkError, refusal } from './refusals.ts'
import { asRecord, asText } from './status.ts'
import { openStream } from './stream.ts'

export interface LogContainer {
  readonly namespace: string
  readonly pod: string
  readonly container: string
  readonly node: string | undefined
  /** the log of the container that ran before it crashed or was ended */
  readonly previous: boolean
}

/** How much of a log is wanted; all of it where nothing is said. */
export interface LogPart {
  /** only what is not older */
  readonly sinceSeconds?: number | undefined
  /** only so many lines at the end */
  readonly lastLines?: number | undefined
}

export interface PodLogs {
  /** Containers of MetalLB, frr-k8s, kube-vip and lbctl. @throws LbctlError */
  containers(namespace?: string): Promise<readonly LogContainer[]>
  /** @throws LbctlError */
  read(of: LogContainer, part: LogPart, onBytes: (bytes: Uint8Array) => void): Promise<void>
  close(): void
}

const NAMES = ['metallb', 'frr-k8s', 'kube-vip', 'kube-vip-ds', 'lbctl']
const SELECTORS = [`app.kubernetes.io/name in (${NAMES.join(',')})`, `app in (${NAMES.join(',')})`]
/** Containers that only turn numbers into metrics. */
const WITHOUT_NEWS = new Set(['frr-metrics', 'kube-rbac-proxy', 'kube-rbac-proxy-frr'])
const OPEN_WITHIN_MS = 30_000

export function openPodLogs(options: ConnectionOptions, signal?: AbortSignal): PodLogs {
  const connection = openConnection(options)
  const client = new ApiClient(connection, signal === undefined ? {} : { signal })
  return {
    close: () => connection.close(),
    containers: async (namespace) => {
      const path = namespace === undefined ? '/api/v1/pods' : `/api/v1/namespaces/${namespace}/pods`
      const found = new Map<string, LogContainer>()
      for (const labelSelector of SELECTORS)
        for (const page of await listPages(client, { path, query: { labelSelector } }))
          for (const each of listOf(page['items']).filter(isOurs).flatMap(containersOf))
            found.set(`${each.namespace}/${each.pod}/${each.container}/${each.previous}`, each)
      return [...found.values()]
    },
    read: (of, { sinceSeconds, lastLines }, onBytes) =>
      new Promise((resolve, reject) => {
        const request = {
          method: 'GET' as const,
          path: `/api/v1/namespaces/${of.namespace}/pods/${of.pod}/log`,
          query: {
            container: of.container,
            timestamps: 'true',
            ...(of.previous ? { previous: 'true' } : {}),
            ...(sinceSeconds === undefined
              ? {}
              : { sinceSeconds: String(Math.max(1, Math.ceil(sinceSeconds))) }),
            ...(lastLines === undefined ? {} : { tailLines: String(lastLines) }),
          },
          accept: 'text/plain, */*',
        }
        const { identity } = connection
        const end = (settle: () => void) => (): void => {
          signal?.removeEventListener('abort', onAbort)
          settle()
        }
        const stream = openStream(
          connection,
          request,
          { openWithinMs: OPEN_WITHIN_MS },
          {
            onOpen: () => undefined,
            onBytes,
            onEnd: end(resolve),
            onRefusal: (answer) => end(() => reject(refusal(answer, request, identity, [])))(),
            onFailure: (code) => end(() => reject(networkError(code, request, identity, OPEN_WITHIN_MS)))(),
            onNoCredentials: (error) => end(() => reject(error))(),
          },
        )
        const onAbort = (): void => {
          stream.close()
          reject(new LbctlError('unreachable', 'Reading the logs was stopped.'))
        }
        signal?.addEventListener('abort', onAbort, { once: true })
      }),
  }
}

type Json = Readonly<Record<string, unknown>>

const listOf = (value: unknown): readonly Json[] => (Array.isArray(value) ? value.map(asRecord) : [])

/** A server that does not know the selector would send everything. */
function isOurs(pod: Json): boolean {
  const labels = asRecord(asRecord(pod['metadata'])['labels'])
  return NAMES.includes(asText(labels['app.kubernetes.io/name'])) || NAMES.includes(asText(labels['app']))
}

function containersOf(pod: Json): LogContainer[] {
  const metadata = asRecord(pod['metadata'])
  const spec = asRecord(pod['spec'])
  const statuses = listOf(asRecord(pod['status'])['containerStatuses'])
  const node = asText(spec['nodeName'])
  return listOf(spec['containers']).flatMap((container) => {
    const name = asText(container['name'])
    if (WITHOUT_NEWS.has(name)) return []
    const status = statuses.find((each) => each['name'] === name)
    const base = {
      namespace: asText(metadata['namespace']),
      pod: asText(metadata['name']),
      container: name,
      node: node === '' ? undefined : node,
    }
    const restarts = status?.['restartCount']
    const current = { ...base, previous: false }
    return typeof restarts === 'number' && restarts > 0 ? [{ ...base, previous: true }, current] : [current]
  })
}
