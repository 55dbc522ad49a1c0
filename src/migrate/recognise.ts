// What is in the input? Found by what a document says, never by what its file is called.
import type { Diagnostic } from '../config/diagnostic.ts'
import { nearest } from '../config/schema/nearest.ts'
import { flattened } from '../config/source/broken.ts'
import { embedded } from '../config/source/embed.ts'
import {
  child,
  isNull,
  type MapNode,
  type Node,
  type ScalarNode,
  scalarText,
  spanOf,
} from '../config/source/node.ts'
import { parseYaml } from '../config/source/parse.ts'
import { findConfigInline, mayHoldConfigInline } from './helm-values.ts'
import { LEGACY_TOP_KEYS } from './legacy/shape.ts'

/** A legacy configuration, and where its objects belong. */
export interface LegacyDocument {
  readonly payload: MapNode
  /** from the ConfigMap or release around it; undefined where nothing names one */
  readonly namespace: string | undefined
  /** `ConfigMap metallb-system/config, key config`, for messages */
  readonly origin: string
}

export interface Recognised {
  readonly legacy: readonly LegacyDocument[]
  /** objects of the group metallb.io, and Secrets */
  readonly objects: readonly MapNode[]
  readonly services: readonly MapNode[]
  readonly nodes: readonly MapNode[]
  readonly diagnostics: readonly Diagnostic[]
}

/** Sorts documents by what they are. Lists are opened, texts inside ConfigMaps and releases are parsed. */
export function recognise(documents: readonly Node[]): Recognised {
  const found = new Finder()
  for (const document of documents) found.document(document)
  return found
}

/** Kinds that carry Helm values, and the paths at which they name the namespace of the release. */
const RELEASES: Readonly<Record<string, readonly (readonly string[])[]>> = {
  HelmRelease: [
    ['spec', 'targetNamespace'],
    ['metadata', 'namespace'],
  ],
  HelmChart: [
    ['spec', 'targetNamespace'],
    ['metadata', 'namespace'],
  ],
  HelmChartConfig: [['metadata', 'namespace']],
  Application: [['spec', 'destination', 'namespace']],
}

class Finder implements Recognised {
  readonly legacy: LegacyDocument[] = []
  readonly objects: MapNode[] = []
  readonly services: MapNode[] = []
  readonly nodes: MapNode[] = []
  readonly diagnostics: Diagnostic[] = []

  document(node: Node): void {
    if (node.kind !== 'map') {
      this.#say(
        'M002',
        'warning',
        node,
        'This document is not a map of keys and values, so it can be no configuration.',
      )
      return
    }
    const kind = scalarText(child(node, 'kind'))
    if (kind === undefined) this.#bare(node)
    else if (kind.endsWith('List') && child(node, 'items') !== undefined) this.#list(node, kind)
    else this.#object(kind, node)
  }

  /** Items of a typed list (`ServiceList`) come without kind and apiVersion: the list says them for all. */
  #list(node: MapNode, kind: string): void {
    const items = child(node, 'items')
    const [apiVersion, listKind] = ['apiVersion', 'kind'].map((key) =>
      node.entries.find((entry) => entry.key.text === key),
    )
    for (const item of items?.kind === 'list' ? items.items : []) {
      const typed = item.kind === 'map' && kind !== 'List' && child(item, 'kind') === undefined
      if (!typed || listKind?.value.kind !== 'scalar') this.document(item)
      else {
        const own = { key: listKind.key, value: { ...listKind.value, text: kind.replace(/List$/, '') } }
        this.document({
          ...item,
          entries: [...(apiVersion === undefined ? [] : [apiVersion]), own, ...item.entries],
        })
      }
    }
  }

  #object(kind: string, node: MapNode): void {
    const group = (scalarText(child(node, 'apiVersion')) ?? '').split('/')[0]
    if (kind === 'ConfigMap') this.#configMap(node)
    else if (group === 'metallb.io' || kind === 'Secret') this.objects.push(node)
    else if (kind === 'Service') this.services.push(node)
    else if (kind === 'Node') this.nodes.push(node)
    else if (!this.#release(kind, node)) this.#leftOut(kind, node)
  }

  #release(kind: string, node: MapNode): boolean {
    const paths = Object.hasOwn(RELEASES, kind) ? RELEASES[kind] : undefined
    if (paths === undefined) return false
    const named = paths.map((path) =>
      scalarText(path.reduce<Node | undefined>((n, key) => child(n, key), node)),
    )
    const namespace = named.find((name) => name !== undefined)
    return this.#values(node, namespace, `${kind} ${nameOf(node)}`)
  }

  #configMap(node: MapNode): void {
    const namespace = scalarText(child(child(node, 'metadata'), 'namespace'))
    const before = this.legacy.length
    const data = child(node, 'data')
    const lost = flattened(node.source)
    if (lost !== undefined && (data === undefined || isNull(data))) {
      this.diagnostics.push(lost)
      return
    }
    const texts = data?.kind === 'map' ? data.entries : []
    let broken = false
    for (const { key, value } of texts) {
      const origin = `ConfigMap ${nameOf(node)}, key ${key.text}`
      if (value.kind === 'scalar') broken = this.#text(key.text, value, namespace, origin) || broken
      else if (value.kind === 'map' && isLegacy(value)) this.#unquoted(key, value)
    }
    if (this.legacy.length === before && !broken) this.#emptyConfigMap(node)
  }

  /** Returns true when the text was meant for us but could not be read. */
  #text(key: string, value: ScalarNode, namespace: string | undefined, origin: string): boolean {
    const source = embedded(value)
    const ours = LOOKS_LEGACY.test(value.text) || mayHoldConfigInline(value.text)
    if (!ours && key !== 'config') return false
    const { documents, diagnostics } = parseYaml(source)
    // Other programs keep all kinds of text under "config", too.
    if (!ours && diagnostics.length > 0) return false
    this.diagnostics.push(...diagnostics)
    if (diagnostics.length > 0) return true
    for (const document of documents) {
      if (document.kind !== 'map') continue
      if (isLegacy(document)) this.#legacy(document, namespace, origin)
      else if (!this.#values(document, namespace, origin) && key === 'config')
        return this.#lostOrUnknown(document)
    }
    return false
  }

  #unquoted(key: ScalarNode, value: Node): void {
    this.#say(
      'M011',
      'error',
      value,
      `The key "${key.text}" of a ConfigMap takes a text, but holds a map.`,
      `Write "${key.text}: |" and indent the configuration below it.`,
    )
  }

  #emptyConfigMap(node: MapNode): void {
    const binary = child(node, 'binaryData')
    if (binary !== undefined && !isNull(binary))
      this.#say(
        'M002',
        'warning',
        binary,
        `ConfigMap ${nameOf(node)} holds binaryData only, which MetalLB never read; it is left out.`,
      )
    else
      this.#say(
        'M002',
        'info',
        node,
        `ConfigMap ${nameOf(node)} holds no MetalLB configuration and is left out.`,
      )
  }

  /** A document without a kind: the payload itself, or Helm values. */
  #bare(node: MapNode): void {
    if (isLegacy(node)) this.#legacy(node, undefined, node.source.name)
    else if (!this.#values(node, undefined, node.source.name)) this.#lostOrUnknown(node)
  }

  #lostOrUnknown(node: MapNode): boolean {
    const lost = flattened(node.source)
    if (lost !== undefined) this.diagnostics.push(lost)
    else if (!this.#misspelt(node))
      this.#say(
        'M002',
        'warning',
        node,
        'This is no MetalLB configuration: it has no "kind", and none of the keys peers, address-pools, configInline.',
        'Give lbctl the ConfigMap, its "config" text, Helm values with configInline, or MetalLB resources.',
      )
    return true
  }

  /** `adress-pools:` alone makes a document ours, and its author should hear it. */
  #misspelt(node: MapNode): boolean {
    for (const { key } of node.entries) {
      const near = nearest(key.text, [...LEGACY_TOP_KEYS, 'configInline'])
      if (near === undefined) continue
      this.#say(
        'M010',
        'error',
        key,
        `The key "${key.text}" is not part of any MetalLB configuration. Did you mean "${near}"?`,
      )
      return true
    }
    return false
  }

  #legacy(payload: MapNode, namespace: string | undefined, origin: string): void {
    const lost = flattened(payload.source)
    if (lost !== undefined) this.diagnostics.push(lost)
    else this.legacy.push({ payload, namespace, origin })
  }

  /** Takes every configInline at or below a node. True when there was one, or a text that seemed to hold one. */
  #values(node: Node, namespace: string | undefined, origin: string): boolean {
    const { found, diagnostics } = findConfigInline(node)
    this.diagnostics.push(...diagnostics)
    for (const { key, value } of found) this.#configInline(key, value, namespace, origin)
    return found.length + diagnostics.length > 0
  }

  #configInline(key: ScalarNode, value: Node, namespace: string | undefined, origin: string): void {
    if (key.text !== 'configInline')
      this.#say(
        'M025',
        'warning',
        key,
        `"${key.text}" is taken for "configInline"; the Helm chart ignored it.`,
      )
    if (value.kind === 'scalar' && !isNull(value)) {
      const { documents, diagnostics } = parseYaml(embedded(value))
      this.diagnostics.push(...diagnostics)
      for (const document of documents)
        if (document.kind === 'map') this.#legacy(document, namespace, `${origin}, configInline`)
    } else if (value.kind === 'map') this.#legacy(value, namespace, `${origin}, configInline`)
    else if (value.kind === 'list')
      this.#say('M011', 'error', value, '"configInline" takes a map, but holds a list.')
  }

  #leftOut(kind: string, node: MapNode): void {
    this.#say(
      'M002',
      'info',
      node,
      `${kind} ${nameOf(node)} is not part of a MetalLB configuration and is left out.`,
    )
  }

  #say(code: string, severity: Diagnostic['severity'], node: Node, message: string, hint?: string): void {
    const at =
      node.kind === 'scalar' ? spanOf(node) : { source: node.source, start: node.start, end: node.start + 1 }
    this.diagnostics.push({ code, severity, message, at, ...(hint === undefined ? {} : { hint }) })
  }
}

const LOOKS_LEGACY =
  /(^|\n)\s*["']?(address-pools|peers|peer-autodiscovery|bgp-communities|bfd-profiles)["']?\s*:/

const isLegacy = (node: MapNode): boolean =>
  LEGACY_TOP_KEYS.some((key) => child(node, key) !== undefined) && child(node, 'kind') === undefined

function nameOf(node: MapNode): string {
  const metadata = child(node, 'metadata')
  const namespace = scalarText(child(metadata, 'namespace'))
  return `${namespace === undefined ? '' : `${namespace}/`}${scalarText(child(metadata, 'name')) ?? '(no name)'}`
}
