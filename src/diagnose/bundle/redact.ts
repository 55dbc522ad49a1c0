// Facts as they may be given away. What is secret by its place (values of Secrets, what was last applied, environment and arguments) or by
// its name or form is blotted out; everything that a check looks at stays.
import type { KubeObject } from '../../config/kube-object.ts'
import { HIDDEN } from '../../config/secrets/hidden.ts'
import { hideSecrets } from '../../config/secrets/hide-secrets.ts'
import { hideInArgument } from '../../config/secrets/secret-forms.ts'
import { isSecretName } from '../../config/secrets/secret-names.ts'
import type { ClusterFacts } from '../cluster/cluster-facts.ts'

export interface Redacted {
  readonly facts: ClusterFacts
  /** how many values were blotted out or left out */
  readonly hidden: number
}

export function redact(facts: ClusterFacts): Redacted {
  const redactor = new Redactor()
  const clean = redactor.value(facts, '') as ClusterFacts
  return { facts: clean, hidden: redactor.hidden }
}

type Fields = Readonly<Record<string, unknown>>

class Redactor {
  hidden = 0

  value(value: unknown, key: string): unknown {
    if (typeof value === 'string') return this.#text(value, key)
    if (typeof value === 'number') return isSecretName(key) ? this.#hide() : value
    if (Array.isArray(value)) return this.#list(value, key)
    if (typeof value !== 'object' || value === null) return value
    const fields = value as Fields
    if (isObject(fields)) return this.#object(fields)
    return this.#fields(isVariable(fields) ? { ...fields, value: this.#hide() } : fields)
  }

  #hide(): string {
    this.hidden += 1
    return HIDDEN
  }

  #text(text: string, key: string): string {
    if (text === '' || text === HIDDEN) return text
    if (isSecretName(key)) return this.#hide()
    const clean = hideSecrets(text)
    if (clean !== text) this.hidden += 1
    return clean
  }

  /** A flag and its value may be two words. */
  #list(list: readonly unknown[], key: string): readonly unknown[] {
    return list.map((item, index) => {
      const before: unknown = list[index - 1]
      if (typeof item !== 'string') return this.value(item, key)
      const flag = typeof before === 'string' && /^--?[\w.-]+$/.test(before) ? before : undefined
      if (flag !== undefined && isSecretName(flag) && !item.startsWith('-')) return this.#hide()
      const clean = key === 'args' || key === 'command' ? hideInArgument(item, flag) : item
      if (clean !== item) this.hidden += 1
      return clean === item ? this.value(item, key) : hideSecrets(clean)
    })
  }

  #fields(fields: Fields): Fields {
    const named = (key: string): string => (isOfPassword(fields, key) ? '' : key)
    return Object.fromEntries(
      Object.entries(fields).map(([key, value]) => [key, this.value(value, named(key))]),
    )
  }

  #object(object: KubeObject): Fields {
    const head = { ...object, metadata: this.#metadata(object.metadata) }
    if (object.kind === 'Secret') return this.#secret(object, head.metadata)
    if (object.kind === 'ConfigMap') return this.#configMap(head)
    return this.#fields(head)
  }

  #metadata(metadata: KubeObject['metadata']): Fields {
    const { annotations } = metadata
    if (annotations === undefined) return { ...metadata }
    const kept = Object.entries(annotations).filter(([key]) => !/last-applied/.test(key))
    this.hidden += Object.keys(annotations).length - kept.length
    return { ...metadata, annotations: Object.fromEntries(kept) }
  }

  /** Names, type and keys; of values not even the length. */
  #secret({ apiVersion, kind, ...rest }: KubeObject, { name, namespace }: Fields): Fields {
    const keys = [rest['data'], rest['stringData']].flatMap((map) =>
      typeof map === 'object' && map !== null ? Object.entries(map) : [],
    )
    this.hidden += keys.filter(([, value]) => value !== '').length
    return {
      apiVersion,
      kind,
      metadata: { name, namespace },
      type: rest['type'],
      ...(keys.length === 0 ? {} : { data: Object.fromEntries(keys.map(([key]) => [key, ''])) }),
    }
  }

  #configMap({ binaryData, data, ...rest }: Fields): Fields {
    if (binaryData !== undefined) this.hidden += 1
    const entries = Object.entries(typeof data === 'object' && data !== null ? data : {})
    const clean = entries.map(([key, value]) => [
      key,
      /kubeconfig|\.key$|\.pem$/i.test(key) ? this.#hide() : this.value(value, key),
    ])
    return { ...this.#fields(rest), ...(data === undefined ? {} : { data: Object.fromEntries(clean) }) }
  }
}

const isObject = (fields: Fields): fields is Fields & KubeObject =>
  typeof fields['kind'] === 'string' &&
  typeof fields['apiVersion'] === 'string' &&
  typeof fields['metadata'] === 'object' &&
  fields['metadata'] !== null

/** A question to a router says of its password whether there is one and what is suspicious about it, never the password itself. */
const isOfPassword = (fields: Fields, key: string): boolean =>
  Array.isArray(fields['passwordFlaws']) &&
  (key === 'passwordFlaws' || (key === 'password' && PASSWORD_WORDS.has(fields[key])))

/** Those of `ExpectedSession`. */
const PASSWORD_WORDS: ReadonlySet<unknown> = new Set(['none', 'given', 'not known here'])

/** `{name: DB_PASSWORD, value: …}`, of a container's environment */
const isVariable = ({ name, value }: Fields): boolean =>
  typeof name === 'string' &&
  typeof value === 'string' &&
  value !== '' &&
  value !== HIDDEN &&
  isSecretName(name)
