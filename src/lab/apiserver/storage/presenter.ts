// Stored objects as one served version shows them: converted, pruned and defaulted by that version's schema. Done once
// per object and version, because a list of 10,000 and all its watchers ask for the same.
import { clone, type JsonObject } from '../json-value.ts'
import type { ServedKind } from '../registry/served-kind.ts'
import { apiVersionOf, type KubeObject } from '../resource-kind.ts'

export type ConversionWebhook = (
  webhook: JsonObject,
  desiredApiVersion: string,
  objects: readonly KubeObject[],
) => Promise<readonly KubeObject[]>

export class Presenter {
  readonly #shown = new WeakMap<ServedKind, WeakMap<KubeObject, KubeObject>>()
  readonly #texts = new WeakMap<KubeObject, string>()
  readonly #items = new WeakMap<KubeObject, string>()
  readonly #convert: ConversionWebhook

  constructor(convert: ConversionWebhook) {
    this.#convert = convert
  }

  /** Converts what a webhook has to convert; after this, `show` needs nobody. Throws the refusals of the webhook. */
  async prepare(served: ServedKind, objects: readonly KubeObject[]): Promise<void> {
    const webhook = served.custom?.conversionWebhook
    if (webhook === undefined) return
    const wanted = apiVersionOf(served.resource)
    const known = this.#cacheOf(served)
    const foreign = objects.filter((object) => object.apiVersion !== wanted && !known.has(object))
    if (foreign.length === 0) return
    const converted = await this.#convert(webhook, wanted, foreign)
    foreign.forEach((object, at) => {
      const result = converted[at]
      if (result !== undefined) known.set(object, this.#fit(served, result))
    })
  }

  /** The object as this version shows it. Not to be changed. */
  show(served: ServedKind, object: KubeObject): KubeObject {
    if (served.custom === undefined && served.rules.fromStorage === undefined) return object
    const known = this.#cacheOf(served)
    const present = known.get(object)
    if (present !== undefined) return present
    const shown = served.rules.fromStorage?.(object) ?? this.#fit(served, clone(object))
    known.set(object, shown)
    return shown
  }

  /** JSON of a shown object. */
  textOf(shown: KubeObject): string {
    let text = this.#texts.get(shown)
    if (text === undefined) {
      text = JSON.stringify(shown)
      this.#texts.set(shown, text)
    }
    return text
  }

  /** JSON of a shown object as an item of a list: built-in kinds leave kind and apiVersion to the list. */
  itemText(served: ServedKind, shown: KubeObject): string {
    if (served.custom !== undefined) return this.textOf(shown)
    let text = this.#items.get(shown)
    if (text === undefined) {
      const { kind: _kind, apiVersion: _apiVersion, ...item } = shown
      text = JSON.stringify(item)
      this.#items.set(shown, text)
    }
    return text
  }

  #fit(served: ServedKind, object: KubeObject): KubeObject {
    object.apiVersion = apiVersionOf(served.resource)
    served.custom?.schema?.prune(object)
    served.custom?.schema?.applyDefaults(object)
    return object
  }

  #cacheOf(served: ServedKind): WeakMap<KubeObject, KubeObject> {
    const known = this.#shown.get(served) ?? new WeakMap<KubeObject, KubeObject>()
    this.#shown.set(served, known)
    return known
  }
}
