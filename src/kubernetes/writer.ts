// ClusterWriter over the API: server-side apply, merge patch, replace, delete.
import type { Json, KubeObject } from '../config/kube-object.ts'
import { LbctlError } from '../errors/lbctl-error.ts'
import {
  type ApplyOutcome,
  type ClusterIdentity,
  type ClusterWriter,
  FIELD_MANAGER,
  type LiveObject,
  type ObjectRef,
  type WriteOptions,
} from '../migrate/ports.ts'
import type { ApiClient } from './client.ts'
import type { ApiAnswer } from './exchange.ts'
import { toLiveObject } from './lists.ts'
import { pathOf, resourceOf } from './resources.ts'
import { secretValues } from './secret-values.ts'
import { fieldConflicts, readStatus } from './status.ts'

export class ApiWriter implements ClusterWriter {
  readonly #client: ApiClient

  constructor(client: ApiClient) {
    this.#client = client
  }

  get identity(): ClusterIdentity {
    return this.#client.connection.identity
  }

  async get(ref: ObjectRef): Promise<LiveObject | undefined> {
    const answer = await this.#client.call(
      { method: 'GET', path: pathFor(ref) },
      { repeatable: true, expect: [404] },
    )
    return answer.status === 404 ? undefined : toLiveObject(answer.body, ref)
  }

  async apply(
    object: KubeObject,
    options: WriteOptions & { readonly force?: { readonly resourceVersion: string } },
  ): Promise<ApplyOutcome> {
    const { force } = options
    const body =
      force === undefined
        ? object
        : { ...object, metadata: { ...object.metadata, resourceVersion: force.resourceVersion } }
    const answer = await this.#client.call(
      {
        method: 'PATCH',
        path: pathFor({ ...object, ...object.metadata }),
        query: {
          fieldManager: FIELD_MANAGER,
          ...(force === undefined ? {} : { force: 'true' }),
          ...dryRun(options),
        },
        // JSON is YAML.
        contentType: 'application/apply-patch+yaml',
        body,
      },
      // Applying twice is applying once; with a resourceVersion the second try would find it changed by the first.
      { repeatable: force === undefined || options.dryRun, expect: [409], secrets: secretValues(object) },
    )
    if (answer.status !== 409)
      return { ok: true, object: toLiveObject(answer.body, object), warnings: warnings(answer) }
    const conflicts = fieldConflicts(readStatus(answer.body))
    if (conflicts.length === 0) throw changedMeanwhile(object.kind, object.metadata)
    return { ok: false, conflicts }
  }

  /** `false` when there is one of that name already. */
  async create(object: KubeObject): Promise<boolean> {
    const resource = resourceOf(object)
    if (resource === undefined) throw notWritten(object)
    const answer = await this.#client.call(
      {
        method: 'POST',
        path: pathOf(resource, { namespace: object.metadata.namespace }),
        query: { fieldManager: FIELD_MANAGER },
        body: object,
      },
      { repeatable: false, expect: [409], secrets: secretValues(object) },
    )
    // A namespace that is being deleted is a 409 as well.
    if (answer.status === 409 && readStatus(answer.body).reason !== 'AlreadyExists')
      throw changedMeanwhile(object.kind, object.metadata)
    return answer.status !== 409
  }

  async patch(
    ref: ObjectRef,
    patch: { readonly [field: string]: Json },
    options: WriteOptions & { readonly resourceVersion: string },
  ): Promise<LiveObject> {
    const metadata = patch['metadata']
    const answer = await this.#client.call(
      {
        method: 'PATCH',
        path: pathFor(ref),
        query: { fieldManager: FIELD_MANAGER, ...dryRun(options) },
        contentType: 'application/merge-patch+json',
        body: {
          ...patch,
          metadata: {
            ...(typeof metadata === 'object' && !Array.isArray(metadata) ? metadata : {}),
            resourceVersion: options.resourceVersion,
          },
        },
      },
      { repeatable: options.dryRun },
    )
    return toLiveObject(answer.body, ref)
  }

  async replace(object: LiveObject, options: WriteOptions): Promise<LiveObject> {
    const answer = await this.#client.call(
      {
        method: 'PUT',
        path: pathFor({ ...object, ...object.metadata }),
        query: { fieldManager: FIELD_MANAGER, ...dryRun(options) },
        body: object,
      },
      { repeatable: options.dryRun, secrets: secretValues(object) },
    )
    return toLiveObject(answer.body, object)
  }

  async remove(
    ref: ObjectRef,
    precondition: { readonly uid: string; readonly resourceVersion: string },
    options: WriteOptions,
  ): Promise<boolean> {
    const answer = await this.#client.call(
      {
        method: 'DELETE',
        path: pathFor(ref),
        query: dryRun(options),
        body: { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: precondition },
      },
      // The uid makes sure that a second try does not hit a successor.
      { repeatable: true, expect: [404] },
    )
    return answer.status !== 404
  }
}

const dryRun = (options: WriteOptions): Readonly<Record<string, string>> =>
  options.dryRun ? { dryRun: 'All' } : {}

function pathFor(ref: ObjectRef): string {
  const resource = resourceOf(ref)
  if (resource === undefined) throw notWritten(ref)
  return pathOf(resource, { namespace: ref.namespace, name: ref.name })
}

const notWritten = ({ kind, apiVersion }: Pick<ObjectRef, 'kind' | 'apiVersion'>): LbctlError =>
  new LbctlError('input', `lbctl does not write objects of kind ${kind} (${apiVersion}).`)

/** Several header lines arrive joined by ", "; each is `299 - "text"`, quotes inside escaped (RFC 9111 §5.5). */
function warnings(answer: ApiAnswer): readonly string[] {
  const header = answer.headers['warning']
  if (typeof header !== 'string') return []
  return [...header.matchAll(/\d{3} \S+ "((?:[^"\\]|\\.)*)"/g)].map((match) =>
    (match[1] ?? '').replaceAll(/\\(.)/g, '$1'),
  )
}

const changedMeanwhile = (
  kind: string,
  metadata: { readonly namespace?: string; readonly name: string },
): LbctlError =>
  new LbctlError(
    'conflict',
    `${kind} ${metadata.namespace ?? ''}/${metadata.name} was changed in the meantime.`,
    {
      hints: ['Run the command again; it looks at the object anew.'],
    },
  )
