// Which kinds of a group the cluster serves, and in which versions. Legacy discovery, since it is there in every release.
import type { ServedKind } from '../migrate/ports.ts'
import type { ApiClient } from './client.ts'
import { METALLB_GROUP } from './resources.ts'
import { asRecord, asText } from './status.ts'

export const discoverMetallb = (client: ApiClient): Promise<readonly ServedKind[]> =>
  discoverGroup(client, METALLB_GROUP)

/** Empty when the group does not exist. Subresources are left out. */
export async function discoverGroup(client: ApiClient, group: string): Promise<readonly ServedKind[]> {
  const served = new Map<string, { kind: string; resource: string; versions: string[] }>()
  for (const version of await groupVersions(client, group)) {
    const answer = await client.call(
      { method: 'GET', path: `/apis/${group}/${version}` },
      // The last CRD of a version can go between the two requests.
      { repeatable: true, expect: [404] },
    )
    if (answer.status === 404) continue
    const resources = asRecord(answer.body)['resources']
    for (const entry of (Array.isArray(resources) ? resources : []).map(asRecord)) {
      const resource = asText(entry['name'])
      const kind = asText(entry['kind'])
      if (resource === '' || kind === '' || resource.includes('/')) continue
      const known = served.get(kind)
      if (known === undefined) served.set(kind, { kind, resource, versions: [version] })
      else known.versions.push(version)
    }
  }
  return [...served.values()].sort((a, b) => (a.kind < b.kind ? -1 : 1))
}

/** In the server's order: the most mature, then the newest first. */
async function groupVersions(client: ApiClient, group: string): Promise<readonly string[]> {
  const answer = await client.call(
    { method: 'GET', path: `/apis/${group}` },
    { repeatable: true, expect: [404] },
  )
  if (answer.status === 404) return []
  const versions = asRecord(answer.body)['versions']
  return (Array.isArray(versions) ? versions : [])
    .map((v) => asText(asRecord(v)['version']))
    .filter((v) => v !== '')
}
