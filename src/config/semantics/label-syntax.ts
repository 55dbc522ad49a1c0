// What Kubernetes takes as the key and the value of a label.

const NAME = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/
const PREFIX = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/

/** What is wrong with a label key (`app`, `example.com/role`), to stand behind its quotation; undefined when nothing is. */
export function labelKeyProblem(key: string): string | undefined {
  const parts = key.split('/')
  if (parts.length > 2) return 'has more than one "/"'
  const name = parts.at(-1) ?? ''
  if (name === '') return 'has no name'
  if (name.length > 63) return 'has a name of more than 63 characters'
  if (!NAME.test(name))
    return 'holds characters other than letters, digits, "-", "_" and ".", or begins or ends with one of these'
  if (parts.length === 1) return undefined
  const prefix = parts[0] ?? ''
  if (prefix.length > 253 || !PREFIX.test(prefix)) return 'has a part before the "/" that is no DNS name'
  return undefined
}

export function labelValueProblem(value: string): string | undefined {
  if (value === '') return undefined
  if (value.length > 63) return 'is longer than 63 characters'
  return NAME.test(value)
    ? undefined
    : 'holds characters other than letters, digits, "-", "_" and ".", or begins or ends with one of these'
}
