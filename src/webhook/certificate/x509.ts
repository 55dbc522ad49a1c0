// A certificate, version 3 (RFC 5280), signed with ECDSA on P-256 and SHA-256:
//
//   Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm, signatureValue BIT STRING }
//   TBSCertificate ::= SEQUENCE { [0] version, serialNumber, signature, issuer, validity, subject, subjectPublicKeyInfo,
//                                 [3] extensions }
//
// Only what a webhook needs: a certificate authority of our own, and the certificate of a server under it. Keys and signatures come
// from outside.
import {
  bitString,
  boolean,
  explicit,
  implicit,
  implicitAscii,
  octetString,
  oid,
  sequence,
  setOf,
  time,
  unsignedInteger,
  utf8String,
} from './der.ts'

export interface CertificateContent {
  /** at most 20 bytes, not all of them 0, from a source of randomness (RFC 5280 §4.1.2.2) */
  readonly serial: Uint8Array
  /** common names */
  readonly issuer: string
  readonly subject: string
  /** ISO 8601 in UTC */
  readonly notBefore: string
  readonly notAfter: string
  /** SubjectPublicKeyInfo in DER */
  readonly publicKey: Uint8Array
  readonly keyId: Uint8Array
  readonly issuerKeyId: Uint8Array
  /** names of the server; empty for the authority itself */
  readonly dnsNames: readonly string[]
}

/** RFC 5758 §3.2: ecdsa-with-SHA256, without parameters. */
const ECDSA_WITH_SHA256 = sequence(oid('1.2.840.10045.4.3.2'))

/** What is to be signed. */
export function toBeSigned(content: CertificateContent): Uint8Array {
  return sequence(
    explicit(0, unsignedInteger(Uint8Array.of(2))),
    unsignedInteger(content.serial),
    ECDSA_WITH_SHA256,
    name(content.issuer),
    sequence(time(content.notBefore), time(content.notAfter)),
    name(content.subject),
    content.publicKey,
    explicit(3, sequence(...(content.dnsNames.length === 0 ? authority(content) : server(content)))),
  )
}

/** @param signature in DER, as ECDSA gives it */
export const signedCertificate = (signed: Uint8Array, signature: Uint8Array): Uint8Array =>
  sequence(signed, ECDSA_WITH_SHA256, bitString(signature))

const ORGANIZATION = '2.5.4.10'
const COMMON_NAME = '2.5.4.3'

const name = (commonName: string): Uint8Array =>
  sequence(
    setOf(sequence(oid(ORGANIZATION), utf8String('lbctl'))),
    setOf(sequence(oid(COMMON_NAME), utf8String(commonName))),
  )

const extension = (id: string, critical: boolean, value: Uint8Array): Uint8Array =>
  sequence(oid(id), ...(critical ? [boolean(true)] : []), octetString(value))

/** RFC 5280 §4.2.1.9, §4.2.1.3: an authority that signs certificates, and no authorities below it. */
const authority = ({ keyId }: CertificateContent): readonly Uint8Array[] => [
  extension('2.5.29.19', true, sequence(boolean(true), unsignedInteger(Uint8Array.of(0)))),
  extension('2.5.29.15', true, bitString(Uint8Array.of(0x06), 1)),
  extension('2.5.29.14', false, octetString(keyId)),
]

/** §4.2.1.6: a client looks for the name here, and nowhere else (RFC 9525 §6.3). */
const server = ({ dnsNames, keyId, issuerKeyId }: CertificateContent): readonly Uint8Array[] => [
  extension('2.5.29.19', true, sequence()),
  extension('2.5.29.15', true, bitString(Uint8Array.of(0x80), 7)),
  extension('2.5.29.37', false, sequence(oid('1.3.6.1.5.5.7.3.1'))),
  extension('2.5.29.17', false, sequence(...dnsNames.map((dns) => implicitAscii(2, dns)))),
  extension('2.5.29.14', false, octetString(keyId)),
  extension('2.5.29.35', false, sequence(implicit(0, issuerKeyId))),
]
