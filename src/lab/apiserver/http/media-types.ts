// What the client wants the answer to look like, and what it says that its body is.

import { parseYaml } from '../../../config/source/parse.ts'
import { Source } from '../../../config/source/source.ts'
import { nodeToJson } from '../../../config/source/to-json.ts'
import { decodeProtobuf } from '../protobuf/decode-message.ts'
import { failure } from '../status.ts'

export type AnswerShape = 'plain' | 'table' | 'partial' | 'partial-list'
export interface WantedAnswer {
  readonly format: 'json' | 'yaml'
  readonly shape: AnswerShape
}

interface Range {
  readonly type: string
  readonly parameters: ReadonlyMap<string, string>
  readonly weight: number
}

const SHAPES: Readonly<Record<string, AnswerShape>> = {
  Table: 'table',
  PartialObjectMetadata: 'partial',
  PartialObjectMetadataList: 'partial-list',
}

export function rangesOf(accept: string | undefined): readonly Range[] {
  const ranges = (accept ?? '').split(',').map((part) => {
    const [type = '', ...rest] = part.split(';').map((piece) => piece.trim())
    const parameters = new Map(
      rest.map((pair) => [pair.split('=')[0] ?? '', pair.split('=').slice(1).join('=')]),
    )
    const weight = Number(parameters.get('q') ?? '1')
    return { type: type.toLowerCase(), parameters, weight: Number.isNaN(weight) ? 1 : weight }
  })
  const named = ranges.filter((range) => range.type !== '')
  return named.length === 0
    ? [{ type: '*/*', parameters: new Map(), weight: 1 }]
    : named
        .map((range, at) => ({ range, at }))
        .sort((a, b) => b.range.weight - a.range.weight || a.at - b.at)
        .map(({ range }) => range)
}

/** The first acceptable range; throws 406 where there is none. `allowed` takes shapes that a request does not offer away. */
export function wantedAnswer(
  accept: string | undefined,
  allowed: (shape: AnswerShape) => boolean = () => true,
): WantedAnswer {
  for (const range of rangesOf(accept)) {
    const format = formatOf(range.type)
    const shape = shapeOf(range.parameters)
    if (format !== undefined && shape !== undefined && allowed(shape)) return { format, shape }
  }
  throw notAcceptable()
}

export const notAcceptable = () =>
  failure(
    406,
    'NotAcceptable',
    'only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf',
  )

function formatOf(type: string): 'json' | 'yaml' | undefined {
  if (type === 'application/json' || type === '*/*' || type === 'application/*') return 'json'
  return type === 'application/yaml' ? 'yaml' : undefined
}

function shapeOf(parameters: ReadonlyMap<string, string>): AnswerShape | undefined {
  const as = parameters.get('as')
  if (as === undefined) return 'plain'
  const version = parameters.get('v')
  const known = parameters.get('g') === 'meta.k8s.io' && (version === 'v1' || version === 'v1beta1')
  return known ? SHAPES[as] : undefined
}

export const mediaTypeOf = (contentType: string | undefined): string =>
  (contentType ?? '').split(';')[0]?.trim().toLowerCase() ?? ''

/** The body of POST, PUT and DELETE as text of JSON. Throws 415. */
export function bodyText(contentType: string | undefined, body: Uint8Array): string {
  const type = mediaTypeOf(contentType)
  const text = new TextDecoder().decode(body)
  if (type === '' || type === 'application/json') return text
  if (type === 'application/yaml') return JSON.stringify(yamlValue(text))
  const message = type === 'application/vnd.kubernetes.protobuf' ? decodeProtobuf(body) : undefined
  if (message !== undefined) return JSON.stringify(message)
  throw unsupportedMediaType(['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'])
}

export const unsupportedMediaType = (accepted: readonly string[]) =>
  failure(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
  )

/** The first document of a YAML text, JSON included. */
export function yamlValue(text: string): unknown {
  const { documents } = parseYaml(new Source('body', text))
  const first = documents[0]
  return first === undefined ? undefined : nodeToJson(first)
}
