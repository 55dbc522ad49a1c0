// MetalLB's resources of a cluster → the configuration, by the same reader as files: an object that is wrong refuses all of it, with
// object and field.
import type { KubeObject } from '../../config/kube-object.ts'
import { mergeReads } from '../../config/objects/merge-reads.ts'
import { type ReadResult, readObjects } from '../../config/objects/read-objects.ts'
import { printYaml } from '../../config/print.ts'
import { parseYaml } from '../../config/source/parse.ts'
import { Source } from '../../config/source/source.ts'
import type { JudgingNode } from '../../speaker/configuration/configuration.ts'
import { readConfiguration } from '../../speaker/configuration/read-configuration.ts'
import type { ConfigurationFact } from '../../speaker/facts/facts.ts'

export class WrittenConfiguration {
  /** an object is read once for each content of it */
  readonly #reads = new WeakMap<KubeObject, ReadResult>()

  /** @param node by what is for it alone; undefined: by everything */
  read(objects: readonly KubeObject[], node?: JudgingNode): ConfigurationFact {
    return readConfiguration(this.readAll(objects), node)
  }

  readAll(objects: readonly KubeObject[]): ReadResult {
    return mergeReads(objects.map((object) => this.#read(object)))
  }

  #read(object: KubeObject): ReadResult {
    const known = this.#reads.get(object)
    if (known !== undefined) return known
    const { namespace, name } = object.metadata
    const id = `${object.kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`
    const { documents, diagnostics } = parseYaml(new Source(`<cluster: ${id}>`, printYaml(object)))
    const read = readObjects(documents)
    const result = { objects: read.objects, diagnostics: [...diagnostics, ...read.diagnostics] }
    this.#reads.set(object, result)
    return result
  }
}
