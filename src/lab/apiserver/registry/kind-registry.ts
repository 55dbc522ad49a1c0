// Every kind that is served now: the built-in ones, and what CustomResourceDefinitions add and take away.
import type { KubeObject, ResourceKind } from '../resource-kind.ts'
import { BUILTIN_KINDS } from './builtin-kinds.ts'
import { customKinds } from './custom-kinds.ts'
import type { KindRules, ServedKind } from './served-kind.ts'

export class KindRegistry {
  readonly #kinds = new Map<string, ServedKind>()
  /** Keys of the kinds of one CRD. */
  readonly #ofDefinition = new Map<
    string,
    { readonly keys: readonly string[]; readonly spec: string; readonly going: boolean }
  >()
  /** The kinds of a definition are listed in this order, so discovery does not jump about. */
  #version = 0

  constructor(rulesOf: (kind: ResourceKind) => KindRules) {
    for (const resource of BUILTIN_KINDS) {
      const storage =
        resource.group === '' || resource.plural === 'events'
          ? resource.plural
          : `${resource.plural}.${resource.group}`
      const served = { resource, storage, rules: rulesOf(resource), listKind: `${resource.kind}List` }
      this.#kinds.set(keyOfKind(resource.group, resource.version, resource.plural), served)
    }
  }

  /** Counts changes of what is served: discovery makes its etag of it. */
  get version(): number {
    return this.#version
  }

  all(): readonly ServedKind[] {
    return [...this.#kinds.values()]
  }

  find(group: string, version: string, plural: string): ServedKind | undefined {
    return this.#kinds.get(keyOfKind(group, version, plural))
  }

  ofKind(apiVersion: string, kind: string): ServedKind | undefined {
    const [first = '', second] = apiVersion.split('/')
    const [group, version] = second === undefined ? ['', first] : [first, second]
    return this.all().find(
      ({ resource }) => resource.kind === kind && resource.group === group && resource.version === version,
    )
  }

  /** The kinds of a storage name, one per served version. */
  ofStorage(storage: string): readonly ServedKind[] {
    return this.all().filter((served) => served.storage === storage)
  }

  isGroup(group: string): boolean {
    return this.all().some(({ resource }) => resource.group === group)
  }

  isCustomGroup(group: string): boolean {
    return this.all().some(({ resource, custom }) => resource.group === group && custom !== undefined)
  }

  /** Takes over a CRD; answers the storages whose watches have to end because the schema changed. */
  define(definition: KubeObject): boolean {
    const name = String(definition.metadata['name'])
    const known = this.#ofDefinition.get(name)
    const spec = JSON.stringify(definition['spec'])
    const going = definition.metadata['deletionTimestamp'] !== undefined
    if (known?.spec === spec && known.going === going) return false
    this.undefine(name)
    const kinds = customKinds(definition)
    const keys = kinds.map(({ resource }) => keyOfKind(resource.group, resource.version, resource.plural))
    for (const [at, served] of kinds.entries()) this.#kinds.set(keys[at] ?? '', served)
    this.#ofDefinition.set(name, { keys, spec, going })
    this.#version += 1
    return known !== undefined && known.spec !== spec
  }

  undefine(name: string): void {
    for (const key of this.#ofDefinition.get(name)?.keys ?? []) this.#kinds.delete(key)
    this.#ofDefinition.delete(name)
    this.#version += 1
  }
}

const keyOfKind = (group: string, version: string, plural: string): string => `${group}/${version}/${plural}`
