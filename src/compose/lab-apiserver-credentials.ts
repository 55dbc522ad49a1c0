// Certificate and token of the laboratory's API server. kubectl sends tokens over TLS only, so there is a certificate for
// localhost; beside a persistent state it is kept, so that a kubeconfig of before goes on working.
import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { makeBoth } from './webhook/make-certificates.ts'

/** Certificates are made for names only; a kubeconfig tells kubectl which. */
export const CERTIFICATE_NAME = 'localhost'

export interface LabCredentials {
  readonly token: string
  readonly cert: string
  readonly key: string
  readonly ca: string
}

export function newCredentials(nowMs: number): LabCredentials {
  const files = makeBoth([CERTIFICATE_NAME], nowMs)
  return { token: randomUUID(), cert: files['tls.crt'], key: files['tls.key'], ca: files['ca.crt'] }
}

/** Those of the file, or new ones that are written to it. Throws what the file system throws. */
export function keptCredentials(path: string, nowMs: number): LabCredentials {
  if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8')) as LabCredentials
  const credentials = newCredentials(nowMs)
  writeFileSync(path, JSON.stringify(credentials), { mode: 0o600 })
  return credentials
}
