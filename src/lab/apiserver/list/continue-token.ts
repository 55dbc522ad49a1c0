// The token between the pages of a list: base64 of a small JSON with the revision of the first page and the key of the
// last object, as etcd-backed servers write it.
import { isObject } from '../json-value.ts'
import { badRequest } from '../status.ts'

export interface ContinueToken {
  /** -1: from the present state, inconsistent with the pages before. */
  readonly revision: number
  /** The key, below the prefix of the list, behind which the next page begins. */
  readonly after: string
}

export function writeContinue({ revision, after }: ContinueToken): string {
  const start = `${revision === -1 ? '' : '/'}${after}\u0000`
  const json = JSON.stringify({ v: 'meta.k8s.io/v1', rv: revision, start })
  return Buffer.from(json).toString('base64url')
}

/** Throws 400. */
export function readContinue(text: string): ContinueToken {
  const json = Buffer.from(text, 'base64url').toString('utf8')
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    const letter = Buffer.from(text, 'base64url')[0] ?? 0
    const shown = letter < 0x80 ? String.fromCharCode(letter) : `\\u${letter.toString(16).padStart(4, '0')}`
    throw badRequest(
      `invalid continue token: continue key is not valid: invalid character '${shown}' looking for beginning of value`,
    )
  }
  const { rv, start } = isObject(value) ? value : {}
  if (typeof rv !== 'number' || typeof start !== 'string' || start === '') {
    throw badRequest('invalid continue token: continue key is not valid: server set an invalid value')
  }
  return {
    revision: rv,
    after: start.slice(start.startsWith('/') ? 1 : 0, start.endsWith('\0') ? -1 : undefined),
  }
}
