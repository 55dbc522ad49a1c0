// Field selectors: metadata.name and metadata.namespace everywhere, more where a kind offers them.
import { textAt } from '../json-value.ts'
import type { ServedKind } from '../registry/served-kind.ts'
import type { KubeObject } from '../resource-kind.ts'
import { badRequest } from '../status.ts'

export interface FieldRequirement {
  readonly field: string
  readonly equal: boolean
  readonly value: string
  readonly valueIn: (object: KubeObject) => string
}

const EVERYWHERE: Readonly<Record<string, (object: KubeObject) => string>> = {
  'metadata.name': (object) => textAt(object, 'metadata', 'name'),
  'metadata.namespace': (object) => textAt(object, 'metadata', 'namespace'),
}

/** Throws 400 for what cannot be read and for fields that the kind does not offer. */
export function parseFieldSelector(text: string, served: ServedKind): readonly FieldRequirement[] {
  if (text === '') return []
  return text.split(/(?<!\\),/).map((term) => {
    const parts = /^([^=!]*)(==|!=|=)(.*)$/.exec(term)
    if (parts === null) throw badRequest(`invalid selector: '${text}'; can't understand '${term}'`)
    const [, field = '', operator, value = ''] = parts
    const valueIn = EVERYWHERE[field] ?? served.rules.selectableFields?.[field]
    if (valueIn === undefined) throw badRequest(`field label not supported: ${field}`)
    return { field, equal: operator !== '!=', value: value.replace(/\\(.)/g, '$1'), valueIn }
  })
}

export const fieldsMatch = (requirements: readonly FieldRequirement[], object: KubeObject): boolean =>
  requirements.every(({ equal, value, valueIn }) => (valueIn(object) === value) === equal)
