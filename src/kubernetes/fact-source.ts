// ClusterSource of the diagnosis, over the API: lists of any kind, and which kinds there are.
import type { KubeObject } from '../config/kube-object.ts'
import type { ClusterSource, ListRequest, ServedResource } from '../diagnose/cluster/ports.ts'
import type { ApiClient } from './client.ts'
import { discoverGroup } from './discovery.ts'
import { listObjects } from './lists.ts'
import { ApiReader } from './reader.ts'
import { pathOf } from './resources.ts'
import { asRecord, asText } from './status.ts'

export class ApiFactSource implements ClusterSource {
  readonly #client: ApiClient

  constructor(client: ApiClient) {
    this.#client = client
  }

  get title(): string {
    const { context, server } = this.#client.connection.identity
    return `cluster "${context}" at ${server}`
  }

  async version(): Promise<string | undefined> {
    const { body } = await this.#client.call({ method: 'GET', path: '/version' }, { repeatable: true })
    return asText(asRecord(body)['gitVersion']) || undefined
  }

  async served(group: string): Promise<readonly ServedResource[]> {
    const kinds = await discoverGroup(this.#client, group)
    return kinds.map(({ kind, resource, versions }) => ({ group, kind, resource, versions }))
  }

  async list(request: ListRequest): Promise<readonly KubeObject[]> {
    const { group, version, resource, kind, namespace, labelSelector, fieldSelector } = request
    // Values of Secrets are not asked for, so that they do not travel.
    if (kind === 'Secret') return this.#secrets(namespace)
    const query = {
      ...(labelSelector === undefined ? {} : { labelSelector }),
      ...(fieldSelector === undefined ? {} : { fieldSelector }),
    }
    const path = pathOf({ group, version, resource }, { namespace })
    const apiVersion = group === '' ? version : `${group}/${version}`
    return listObjects(this.#client, { path, query }, { apiVersion, kind })
  }

  async #secrets(namespace: string | undefined): Promise<readonly KubeObject[]> {
    const entries = await new ApiReader(this.#client).secrets(namespace)
    return entries.map(({ name, namespace: where, type }) => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name, namespace: where },
      type,
    }))
  }
}
