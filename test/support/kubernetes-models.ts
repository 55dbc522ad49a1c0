// The structure of Kubernetes' own kinds, from the models that client-node has generated out of Kubernetes' OpenAPI document: which
// fields there are, of which type, and which are required. It is the one description here that was not written by us.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import * as client from '@kubernetes/client-node'

interface Attribute {
  readonly baseName: string
  readonly name: string
  readonly type: string
  readonly format: string
}

interface Model {
  getAttributeTypeMap(): readonly Attribute[]
}

const models = client as unknown as Readonly<Record<string, Model | undefined>>
const folder = join(dirname(createRequire(import.meta.url).resolve('@kubernetes/client-node')), 'gen/models')

/** `path: what is wrong`, of every field of an object with apiVersion and kind; empty when all is as the API has it. */
export function structuralProblems(object: object): readonly string[] {
  const { apiVersion, kind } = object as { readonly apiVersion?: string; readonly kind?: string }
  const name = `${capital(apiVersion?.split('/').at(-1) ?? '')}${kind ?? ''}`
  if (models[name] === undefined) return [`${name}: there is no such kind`]
  return valueProblems(object, name, '', '')
}

const capital = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`

type Values = Readonly<Record<string, unknown>>
const isValues = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function valueProblems(value: unknown, type: string, format: string, path: string): readonly string[] {
  const list = /^Array<(.+)>$/.exec(type)?.[1]
  if (list !== undefined) {
    if (!Array.isArray(value)) return [`${path}: is no list`]
    return value.flatMap((item, at) => valueProblems(item, list, format, `${path}[${at}]`))
  }
  const map = /^\{ \[key: string\]: (.+); \}$/.exec(type)?.[1]
  if (map !== undefined) {
    if (!isValues(value)) return [`${path}: is no map`]
    return Object.entries(value).flatMap(([key, one]) => valueProblems(one, map, format, `${path}.${key}`))
  }
  if (models[type] !== undefined && type !== 'IntOrString') return structProblems(value, type, path)
  return scalarProblem(value, type, format, path)
}

function scalarProblem(value: unknown, type: string, format: string, path: string): readonly string[] {
  const whole = format.startsWith('int')
  const fits: Readonly<Record<string, () => boolean>> = {
    string: () => typeof value === 'string',
    boolean: () => typeof value === 'boolean',
    number: () => typeof value === 'number' && (!whole || Number.isInteger(value)),
    Date: () => typeof value === 'string' && !Number.isNaN(Date.parse(value)),
    IntOrString: () => typeof value === 'string' || Number.isInteger(value),
    any: () => true,
    object: () => true,
  }
  const check = fits[type]
  if (check === undefined) throw new Error(`no rule for the type ${type} at ${path}`)
  return check() ? [] : [`${path}: ${JSON.stringify(value)} is no ${type}`]
}

function structProblems(value: unknown, type: string, path: string): readonly string[] {
  if (!isValues(value)) return [`${path}: is no ${type}`]
  const fields = new Map(models[type]?.getAttributeTypeMap().map((field) => [field.baseName, field]))
  const known = Object.entries(value).flatMap(([name, one]) => {
    const field = fields.get(name)
    const at = path === '' ? name : `${path}.${name}`
    return field === undefined
      ? [`${at}: ${type} has no such field`]
      : valueProblems(one, field.type, field.format, at)
  })
  const missing = [...fields.values()]
    .filter(({ baseName, name }) => value[baseName] === undefined && isRequired(type, name))
    .map(({ baseName }) => `${path}.${baseName}: is required`)
  return [...known, ...missing]
}

const declarations = new Map<string, string>()

/** The model says it in its declaration alone: `'name': string` against `'name'?: string`. */
function isRequired(type: string, name: string): boolean {
  const text = declarations.get(type) ?? readFileSync(join(folder, `${type}.d.ts`), 'utf8')
  declarations.set(type, text)
  return text.includes(`    '${name}': `)
}
