// The password of a peer, from where it is: never printed, never among the facts.
import type { SecretObject } from '../config/objects/read-object.ts'
import { child, scalarText } from '../config/source/node.ts'

export interface PeerPassword {
  /** a secret */
  readonly text: string
  /** what is suspicious about it, without saying it */
  readonly flaws: readonly string[]
}

interface SecretReference {
  readonly name: string
  readonly namespace: string | undefined
}

/** Of a Secret among the files; undefined when it is not there, or its value was left out. */
export function secretPassword(
  secrets: readonly SecretObject[],
  { name, namespace }: SecretReference,
): string | undefined {
  const found = secrets.find(
    (secret) =>
      secret.name === name &&
      (namespace === undefined || secret.namespace === undefined || secret.namespace === namespace),
  )
  if (found === undefined) return undefined
  const plain = scalarText(child(child(found.node, 'stringData'), 'password'))
  if (plain !== undefined && plain !== '') return plain
  const encoded = scalarText(child(child(found.node, 'data'), 'password'))
  const text = encoded === undefined ? '' : Buffer.from(encoded, 'base64').toString('utf8')
  return text === '' ? undefined : text
}

/** TCP MD5 signs with every byte of it, also with those that nobody sees. */
export function passwordFlaws(text: string): string[] {
  return [
    /[\r\n]$/.test(text) ? ['it ends with a line break'] : [],
    /^\s/.test(text) || /[ \t]$/.test(text) ? ['it begins or ends with a blank'] : [],
    /^(["']).*\1$/s.test(text) ? ['it stands in quotation marks'] : [],
    Buffer.byteLength(text) > 80 ? ['it is longer than 80 bytes'] : [],
  ].flat()
}
