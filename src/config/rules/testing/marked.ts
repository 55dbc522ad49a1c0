// For tests: YAML in which the places that a rule should point at are marked with «».

import type { Diagnostic } from '../../diagnostic.ts'
import { readObjects } from '../../objects/read-objects.ts'
import { parseYaml } from '../../source/parse.ts'
import { Source } from '../../source/source.ts'
import { sortDiagnostics, validate } from '../../validate.ts'
import type { ValidateOptions } from '../context.ts'

export interface Marked {
  readonly text: string
  readonly marks: readonly (readonly [start: number, end: number])[]
}

export function unmark(marked: string): Marked {
  let text = ''
  const marks: [number, number][] = []
  for (const part of marked.split(/([«»])/)) {
    const last = marks.at(-1)
    if (part === '«') marks.push([text.length, text.length])
    else if (part === '»' && last !== undefined) last[1] = text.length
    else text += part
  }
  return { text, marks }
}

/** Everything that reading and validating a text has to say. */
export function check(text: string, options: ValidateOptions = {}): readonly Diagnostic[] {
  const { documents, diagnostics } = parseYaml(new Source('test.yaml', text))
  if (diagnostics.length > 0) return diagnostics
  const read = readObjects(documents)
  return sortDiagnostics([...read.diagnostics, ...validate(read.objects, options)])
}

const object = (apiVersion: string, kind: string, name: string, body: string): string =>
  `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: ${name}, namespace: metallb-system}\n${body}\n---\n`

const metal =
  (kind: string, version = 'v1beta1') =>
  (spec: string, name = kind.toLowerCase()) =>
    object(`metallb.io/${version}`, kind, name, `spec: {${spec}}`)

export const pool = metal('IPAddressPool')
export const peer = metal('BGPPeer', 'v1beta2')
export const l2 = metal('L2Advertisement')
export const bgp = metal('BGPAdvertisement')
export const bfd = metal('BFDProfile')
export const community = metal('Community')
export const core = (kind: string, name: string, body: string): string => object('v1', kind, name, body)
export const node = (name: string, labels: string, rest = ''): string =>
  `apiVersion: v1\nkind: Node\nmetadata: {name: ${name}, labels: {${labels}}}\n${rest}\n---\n`
