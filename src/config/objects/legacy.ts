// Configuration of the time before custom resources, given to a command that reads custom resources.

import { child, type MapNode, type Node, scalarText, spanOf } from '../source/node.ts'
import type { Span } from '../source/source.ts'

const PAYLOAD = /^\s*"?(address-pools|peers|bgp-communities|bfd-profiles|peer-autodiscovery)"?\s*:/m
const KEYS = ['address-pools', 'bgp-communities', 'bfd-profiles', 'peer-autodiscovery']

const HINT = 'Convert it with "lbctl migrate", and validate the result.'

/** Whether a document is legacy configuration, and where that shows. */
export function legacyHint(node: MapNode): { message: string; at: Span; hint: string } | undefined {
  const kind = scalarText(child(node, 'kind'))
  if (kind === 'ConfigMap') return inConfigMap(node)
  const apiVersion = scalarText(child(node, 'apiVersion'))
  if (apiVersion?.startsWith('metallb.io/') === true) return undefined
  const isObject = kind !== undefined && apiVersion !== undefined
  if (!isObject) {
    const key = node.entries.find((e) => KEYS.includes(e.key.text))
    if (key !== undefined) return found('This is the configuration of MetalLB before 0.13', spanOf(key.key))
  }
  const inline = configInline(node, 6)
  return inline === undefined
    ? undefined
    : found(
        '"configInline" holds the configuration of MetalLB before 0.13, which its chart refuses now',
        inline,
      )
}

const found = (what: string, at: Span) => ({
  message: `${what}; today's MetalLB does not read it.`,
  at,
  hint: HINT,
})

function inConfigMap(node: MapNode): ReturnType<typeof legacyHint> {
  const data = child(node, 'data')
  if (data?.kind !== 'map') return undefined
  const entry = data.entries.find(
    (e) =>
      e.value.kind === 'scalar' && (PAYLOAD.test(e.value.text) || /^\s*configInline:/im.test(e.value.text)),
  )
  return entry === undefined
    ? undefined
    : found('This ConfigMap holds the configuration of MetalLB before 0.13', spanOf(entry.key))
}

function configInline(node: Node, depth: number): Span | undefined {
  if (node.kind !== 'map' || depth === 0) return undefined
  for (const { key, value } of node.entries) {
    if (/^configInline$/i.test(key.text) && value.kind === 'map' && value.entries.length > 0)
      return spanOf(key)
    const inner = configInline(value, depth - 1)
    if (inner !== undefined) return inner
  }
  return undefined
}
