import type { KubeObject } from '../config/kube-object.ts'
import { asRecord } from './status.ts'

/** The texts in an object that must not appear in a message: a Secret's values, plain and encoded, and a peer's password. */
export function secretValues(object: KubeObject): readonly string[] {
  const values: string[] = []
  if (object.kind === 'Secret') {
    for (const value of Object.values(asRecord(object['data'])))
      if (typeof value === 'string') values.push(value, Buffer.from(value, 'base64').toString('utf8'))
    for (const value of Object.values(asRecord(object['stringData'])))
      if (typeof value === 'string') values.push(value)
  }
  const password = asRecord(object['spec'])['password']
  if (typeof password === 'string') values.push(password)
  // Longest first, so that a value inside another one does not leave the rest of it readable.
  return values.filter((value) => value !== '').sort((a, b) => b.length - a.length)
}
