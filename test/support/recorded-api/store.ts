// The objects: one counter of versions for all kinds, as in etcd; a write that changes nothing keeps the version.
import { randomUUID } from 'node:crypto'
import { alreadyExists, failure, invalid, modified, notFound, preconditionFailed } from './answers.ts'
import {
  afterUpdate,
  conflictFailure,
  conflictsOf,
  leaves,
  type Owner,
  printOwners,
  readOwners,
} from './managed-fields.ts'
import { admitNamespace, admitSecret, keepStatus, merge, mergeApplied, same, sameOwners } from './merging.ts'
import { copy, isMap, type Map_, mapOf, type ResourceType, type Stored } from './objects.ts'
import { checkTypedPatch, checkTypes, fillDefaults, prune } from './schema.ts'

interface Record_ {
  type: ResourceType
  object: Stored
  owners: Owner[]
}

export interface Target {
  type: ResourceType
  version: string
  namespace: string | undefined
  name: string
}

export interface Writing {
  manager: string
  dryRun: boolean
}

const TIME = '2026-11-21T10:43:52Z'

export class Store {
  #records = new Map<string, Record_>()
  #version = 100

  get version(): string {
    return String(this.#version)
  }

  list(type: ResourceType, version: string, namespace: string | undefined): Stored[] {
    return [...this.#records.entries()]
      .filter(
        ([, record]) =>
          record.type === type && (namespace === undefined || record.object.metadata.namespace === namespace),
      )
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, record]) => this.#show(record, version))
  }

  get(target: Target): Stored {
    return this.#show(this.#need(target), target.version)
  }

  create(target: Target, body: Map_, { manager, dryRun }: Writing): Stored {
    const { type, name } = target
    this.#needNamespace(target)
    if (this.#records.has(key(target))) throw alreadyExists(type, name)
    const object = this.#admit(target, body)
    const owners = afterUpdate(
      [],
      { manager, operation: 'Update', apiVersion: object.apiVersion },
      undefined,
      object,
    )
    return this.#save({ type, object, owners }, undefined, dryRun, target.version)
  }

  replace(target: Target, body: Map_, { manager, dryRun }: Writing): Stored {
    const { type, name } = target
    const old = this.#need(target)
    const metadata = mapOf(body['metadata'])
    if (metadata['name'] !== name)
      throw failure(
        400,
        'BadRequest',
        `the name of the object (${String(metadata['name'])}) does not match the name on the URL (${name})`,
      )
    const asked = metadata['resourceVersion']
    if (asked === undefined && type.group === 'metallb.io') {
      const message = 'Invalid value: 0x0: must be specified for an update'
      throw invalid(
        type,
        name,
        [{ reason: 'FieldValueInvalid', message, field: 'metadata.resourceVersion' }],
        type.resource,
      )
    }
    if (asked !== undefined && asked !== old.object.metadata.resourceVersion) throw modified(type, name)
    const object = this.#admit(target, { ...body, ...keepStatus(old.object) }, old.object)
    const given = readOwners(metadata['managedFields'])
    const base = given.length > 0 ? given : old.owners
    const owners = afterUpdate(
      base,
      { manager, operation: 'Update', apiVersion: object.apiVersion },
      old.object,
      object,
    )
    return this.#save({ type, object, owners }, old, dryRun, target.version)
  }

  mergePatch(target: Target, patch: Map_, { manager, dryRun }: Writing): Stored {
    const { type, name } = target
    const old = this.#need(target)
    const asked = mapOf(patch['metadata'])['resourceVersion']
    if (asked !== undefined && asked !== old.object.metadata.resourceVersion) throw modified(type, name)
    const object = this.#admit(
      target,
      { ...(merge(old.object as unknown as Map_, patch) as Map_), ...keepStatus(old.object) },
      old.object,
    )
    const owners = afterUpdate(
      old.owners,
      { manager, operation: 'Update', apiVersion: object.apiVersion },
      old.object,
      object,
    )
    return this.#save({ type, object, owners }, old, dryRun, target.version)
  }

  apply(
    target: Target,
    patch: Map_,
    writing: Writing & { force: boolean },
  ): { object: Stored; created: boolean } {
    const { type, name } = target
    const metadata = mapOf(patch['metadata'])
    if ('managedFields' in metadata) throw failure(400, 'BadRequest', 'metadata.managedFields must be nil')
    const old = this.#records.get(key(target))
    const asked = metadata['resourceVersion']
    checkTypedPatch(type, target.version, patch['spec'], name)
    const apiVersion = String(patch['apiVersion'])
    const self: Owner = {
      manager: writing.manager,
      operation: 'Apply',
      apiVersion,
      paths: leaves(patch, false),
    }
    if (old === undefined) {
      this.#needNamespace(target)
      const object = this.#admit(target, patch)
      return {
        object: this.#save({ type, object, owners: [self] }, undefined, writing.dryRun, target.version),
        created: true,
      }
    }
    const conflicts = conflictsOf(old.owners, self, old.object, patch)
    if (conflicts.length > 0 && !writing.force) throw conflictFailure(conflicts)
    if (asked !== undefined && asked !== old.object.metadata.resourceVersion) throw modified(type, name)
    const { merged, owners } = mergeApplied(old, self, patch, conflicts)
    const object = this.#admit(target, merged, old.object)
    return {
      object: this.#save({ type, object, owners }, old, writing.dryRun, target.version),
      created: false,
    }
  }

  setStatus(target: Target, status: Map_): void {
    const { object } = this.#need(target)
    this.#version += 1
    object['status'] = status
    object.metadata.resourceVersion = String(this.#version)
  }

  remove(target: Target, preconditions: Map_, dryRun: boolean): Stored {
    const old = this.#need(target)
    const { uid, resourceVersion } = old.object.metadata
    if (preconditions['uid'] !== undefined && preconditions['uid'] !== uid)
      throw preconditionFailed(target.type, target.name, 'UID', String(preconditions['uid']), uid)
    if (
      preconditions['resourceVersion'] !== undefined &&
      preconditions['resourceVersion'] !== resourceVersion
    )
      throw preconditionFailed(
        target.type,
        target.name,
        'ResourceVersion',
        String(preconditions['resourceVersion']),
        resourceVersion,
      )
    if (!dryRun) {
      this.#version += 1
      this.#records.delete(key(target))
    }
    return old.object
  }

  #need(target: Target): Record_ {
    const record = this.#records.get(key(target))
    if (record === undefined) throw notFound(target.type, target.name)
    return record
  }

  #needNamespace(target: Target): void {
    if (target.namespace === undefined) return
    for (const record of this.#records.values())
      if (record.type.kind === 'Namespace' && record.object.metadata.name === target.namespace) return
    const { namespace } = target
    throw failure(404, 'NotFound', `namespaces "${namespace}" not found`, {
      name: namespace,
      kind: 'namespaces',
    })
  }

  /** The object as it would be stored: server-owned metadata, defaults, conversions of the kind. */
  #admit(target: Target, body: Map_, old?: Stored): Stored {
    const { type } = target
    const apiVersion = type.group === '' ? target.version : `${type.group}/${target.version}`
    const { managedFields: _, ...metadata } = copy(mapOf(body['metadata']))
    for (const empty of ['labels', 'annotations'])
      if (isMap(metadata[empty]) && Object.keys(metadata[empty]).length === 0) delete metadata[empty]
    const object = {
      ...copy(body),
      apiVersion,
      kind: type.kind,
      metadata: {
        ...metadata,
        name: target.name,
        ...(target.namespace === undefined ? {} : { namespace: target.namespace }),
        uid: old?.metadata.uid ?? randomUUID(),
        resourceVersion: old?.metadata.resourceVersion ?? '',
        creationTimestamp: TIME,
      },
    } as Stored
    delete object.metadata['generation']
    checkTypes(type, object)
    prune(object)
    fillDefaults(object)
    if (type.kind === 'Secret') admitSecret(object, old, type)
    if (type.kind === 'Namespace') admitNamespace(object)
    return object
  }

  #save(record: Record_, old: Record_ | undefined, dryRun: boolean, version: string): Stored {
    const { object, type } = record
    const counts = type.group !== ''
    const generation = Number(old?.object.metadata['generation'] ?? 0)
    const specChanged = old === undefined || !same(old.object['spec'], object['spec'])
    if (counts) object.metadata['generation'] = specChanged ? generation + 1 : generation
    if (dryRun) {
      if (old === undefined) delete (object.metadata as Map_)['resourceVersion']
      return this.#show(record, version)
    }
    const unchanged = old !== undefined && same(old.object, object) && sameOwners(old.owners, record.owners)
    if (!unchanged) {
      this.#version += 1
      object.metadata.resourceVersion = String(this.#version)
    }
    const { namespace, name } = object.metadata
    this.#records.set(key({ type, version, namespace, name }), record)
    return this.#show(record, version)
  }

  #show(record: Record_, version: string): Stored {
    const object = copy(record.object)
    object.apiVersion = record.type.group === '' ? version : `${record.type.group}/${version}`
    if (record.owners.length > 0) object.metadata['managedFields'] = printOwners(record.owners, TIME)
    return object
  }
}

const key = (target: Omit<Target, 'version'> & { version?: string }): string =>
  `${target.type.group}/${target.type.resource} ${target.namespace ?? ''} ${target.name}`
