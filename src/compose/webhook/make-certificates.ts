// Certificates of the webhooks: made, and read back. node:crypto has the keys, the signatures and the reading; only the layout of
// a certificate is ours (docs/decisions/0008-certificates-in-der.md).
import {
  createHash,
  createPrivateKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  X509Certificate,
} from 'node:crypto'
import { LIFETIME, type StoredCertificates } from '../../webhook/certificate/plan.ts'
import { signedCertificate, toBeSigned } from '../../webhook/certificate/x509.ts'

/** PEM texts, under the keys that the Secret has them under. */
export interface CertificateFiles {
  /** every authority that may have signed what is served; the one that signs is the first */
  readonly 'ca.crt': string
  readonly 'ca.key': string
  readonly 'tls.crt': string
  readonly 'tls.key': string
}

interface Pair {
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
}

const AUTHORITY = 'lbctl-webhook-ca'
/** Nobody looks for a server's name here, and a long namespace would not fit: 64 signs are the most (RFC 5280 appendix A.1). */
const SERVER = 'lbctl-webhook'

/** A new authority, and a server under it. Authorities of before go on being trusted, so that no replica is cut off meanwhile. */
export function makeBoth(dnsNames: readonly string[], nowMs: number, trustedBefore = ''): CertificateFiles {
  const pair = newPair()
  const authority = certificate({
    subject: AUTHORITY,
    keys: pair,
    signer: pair,
    dnsNames: [],
    lifeMs: LIFETIME.authorityMs,
    nowMs,
  })
  const kept = certificatesIn(trustedBefore).filter((text) => stillValid(text, nowMs))
  return makeServer(
    { 'ca.crt': [authority, ...kept].join(''), 'ca.key': pemOf(pair.privateKey) },
    dnsNames,
    nowMs,
  )
}

/** A new certificate for the server, under the authority that is there. */
export function makeServer(
  authority: Pick<CertificateFiles, 'ca.crt' | 'ca.key'>,
  dnsNames: readonly string[],
  nowMs: number,
): CertificateFiles {
  const [first = ''] = certificatesIn(authority['ca.crt'])
  const signer = {
    privateKey: createPrivateKey(authority['ca.key']),
    publicKey: new X509Certificate(first).publicKey,
  }
  const keys = newPair()
  const served = certificate({ subject: SERVER, keys, signer, dnsNames, lifeMs: LIFETIME.serverMs, nowMs })
  return { ...authority, 'tls.crt': served, 'tls.key': pemOf(keys.privateKey) }
}

/** `undefined` when something is missing or is no certificate or key. */
export function readStored(files: Partial<CertificateFiles>): StoredCertificates | undefined {
  const { 'ca.crt': caText = '', 'ca.key': caKey = '', 'tls.crt': text = '', 'tls.key': key = '' } = files
  try {
    const authority = new X509Certificate(certificatesIn(caText)[0] ?? '')
    const server = new X509Certificate(text)
    return {
      authority: { ...validityOf(authority), keyFits: authority.checkPrivateKey(createPrivateKey(caKey)) },
      server: {
        ...validityOf(server),
        keyFits: server.checkPrivateKey(createPrivateKey(key)),
        dnsNames: [...(server.subjectAltName ?? '').matchAll(/DNS:([^,\s]+)/g)].map(
          (match) => match[1] ?? '',
        ),
        signedByAuthority: server.verify(authority.publicKey),
      },
    }
  } catch {
    return undefined
  }
}

const validityOf = (certificate: X509Certificate) => ({
  notBeforeMs: Date.parse(certificate.validFrom),
  notAfterMs: Date.parse(certificate.validTo),
})

interface Order {
  readonly subject: string
  readonly keys: Pair
  readonly signer: Pair
  readonly dnsNames: readonly string[]
  readonly lifeMs: number
  readonly nowMs: number
}

function certificate({ subject, keys, signer, dnsNames, lifeMs, nowMs }: Order): string {
  const signed = toBeSigned({
    serial: serialNumber(),
    issuer: AUTHORITY,
    subject,
    notBefore: new Date(nowMs - LIFETIME.backdateMs).toISOString(),
    notAfter: new Date(nowMs + lifeMs).toISOString(),
    publicKey: spkiOf(keys.publicKey),
    keyId: keyIdOf(keys.publicKey),
    issuerKeyId: keyIdOf(signer.publicKey),
    dnsNames,
  })
  const der = signedCertificate(signed, sign('sha256', signed, signer.privateKey))
  return new X509Certificate(der).toString()
}

const newPair = (): Pair => generateKeyPairSync('ec', { namedCurve: 'P-256' })
const pemOf = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }) as string
const spkiOf = (key: KeyObject): Buffer => key.export({ type: 'spki', format: 'der' })
/** Any way to tell keys apart will do (RFC 5280 §4.2.1.2). */
const keyIdOf = (key: KeyObject): Uint8Array =>
  createHash('sha256').update(spkiOf(key)).digest().subarray(0, 20)

/** 127 random bits under a set one: never 0, and never more than 16 bytes. */
function serialNumber(): Uint8Array {
  const bytes = randomBytes(16)
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40
  return bytes
}

const certificatesIn = (text: string): readonly string[] =>
  text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n?/g) ?? []

function stillValid(text: string, nowMs: number): boolean {
  try {
    return Date.parse(new X509Certificate(text).validTo) > nowMs
  } catch {
    return false
  }
}
