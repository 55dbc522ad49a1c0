// configInline in Helm values: at any depth, also in texts that hold values themselves.
import type { Diagnostic } from '../config/diagnostic.ts'
import { embedded } from '../config/source/embed.ts'
import type { MapEntry, Node } from '../config/source/node.ts'
import { parseYaml } from '../config/source/parse.ts'

/** Keys whose text is YAML again: values in a release, in a k3s HelmChart, in a ConfigMap. */
const VALUES_TEXT = /^(values|valuesContent|.*\.ya?ml)$/

export const mayHoldConfigInline = (text: string): boolean => /configinline/i.test(text)

export interface FoundInline {
  /** the key, however its case is spelt, and what stands behind it */
  readonly found: readonly MapEntry[]
  /** of texts that seemed to hold one and could not be read */
  readonly diagnostics: readonly Diagnostic[]
}

export function findConfigInline(node: Node): FoundInline {
  const found: MapEntry[] = []
  const diagnostics: Diagnostic[] = []
  const search = (here: Node): void => {
    if (here.kind === 'list') for (const item of here.items) search(item)
    if (here.kind !== 'map') return
    for (const entry of here.entries) {
      const { key, value } = entry
      if (key.text.toLowerCase() === 'configinline') found.push(entry)
      else if (value.kind !== 'scalar') search(value)
      else if (VALUES_TEXT.test(key.text) && mayHoldConfigInline(value.text)) {
        const parsed = parseYaml(embedded(value))
        diagnostics.push(...parsed.diagnostics)
        for (const document of parsed.documents) search(document)
      }
    }
  }
  search(node)
  return { found, diagnostics }
}
