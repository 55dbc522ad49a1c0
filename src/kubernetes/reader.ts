// ClusterReader over the API.
import type {
  ClusterIdentity,
  ClusterReader,
  LiveObject,
  MetallbInstallation,
  MetallbObjects,
  SecretEntry,
} from '../migrate/ports.ts'
import type { ApiClient } from './client.ts'
import { discoverMetallb } from './discovery.ts'
import { findInstallations } from './installations.ts'
import { listObjects, listPages } from './lists.ts'
import { CONFIGURATION_KINDS, METALLB_GROUP, pathOf, STATUS_KINDS } from './resources.ts'
import { asRecord, asText } from './status.ts'

/** A Table has a Secret's type as a cell and no values; PartialObjectMetadata would leave the type out. */
const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io'

export class ApiReader implements ClusterReader {
  readonly #client: ApiClient

  constructor(client: ApiClient) {
    this.#client = client
  }

  get identity(): ClusterIdentity {
    return this.#client.connection.identity
  }

  configMaps(namespace?: string): Promise<readonly LiveObject[]> {
    return this.#core('ConfigMap', 'configmaps', namespace)
  }

  services(namespace?: string): Promise<readonly LiveObject[]> {
    return this.#core('Service', 'services', namespace)
  }

  nodes(): Promise<readonly LiveObject[]> {
    return this.#core('Node', 'nodes', undefined)
  }

  namespaces(): Promise<readonly LiveObject[]> {
    return this.#core('Namespace', 'namespaces', undefined)
  }

  installations(namespace?: string): Promise<readonly MetallbInstallation[]> {
    return findInstallations(this.#client, namespace)
  }

  async metallbObjects(namespace?: string): Promise<MetallbObjects> {
    const served = await discoverMetallb(this.#client)
    const objects: LiveObject[] = []
    for (const { kind, resource, versions } of served) {
      const [version] = versions
      if (version === undefined || STATUS_KINDS.includes(kind)) continue
      const path = pathOf({ group: METALLB_GROUP, version, resource }, { namespace })
      const type = { apiVersion: `${METALLB_GROUP}/${version}`, kind }
      objects.push(...(await listObjects(this.#client, { path }, type)))
    }
    const there = new Set(served.map(({ kind }) => kind))
    return { served, missingKinds: CONFIGURATION_KINDS.filter((kind) => !there.has(kind)), objects }
  }

  async secrets(namespace?: string): Promise<readonly SecretEntry[]> {
    const path = pathOf({ group: '', version: 'v1', resource: 'secrets' }, { namespace })
    const pages = await listPages(this.#client, { path, accept: TABLE, query: { includeObject: 'Metadata' } })
    return pages.flatMap(secretRows)
  }

  #core(kind: string, resource: string, namespace: string | undefined): Promise<readonly LiveObject[]> {
    const path = pathOf({ group: '', version: 'v1', resource }, { namespace })
    return listObjects(this.#client, { path }, { apiVersion: 'v1', kind })
  }
}

function secretRows(table: Readonly<Record<string, unknown>>): readonly SecretEntry[] {
  const columns = Array.isArray(table['columnDefinitions']) ? table['columnDefinitions'].map(asRecord) : []
  const typeColumn = columns.findIndex((column) => column['name'] === 'Type')
  const rows = Array.isArray(table['rows']) ? table['rows'].map(asRecord) : []
  return rows.map((row) => {
    const metadata = asRecord(asRecord(row['object'])['metadata'])
    const cells = Array.isArray(row['cells']) ? row['cells'] : []
    return {
      namespace: asText(metadata['namespace']),
      name: asText(metadata['name']),
      type: asText(cells[typeColumn]),
    }
  })
}
