import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LIFETIME, planCertificates, serviceNames } from '../../webhook/certificate/plan.ts'
import { type CertificateFiles, makeBoth, makeServer, readStored } from './make-certificates.ts'

const NOW = Date.parse('2026-11-27T12:00:00Z')
const DAY = 86_400_000
const names = serviceNames('lbctl-webhook', 'metallb-system')

describe('certificates', () => {
  const files = makeBoth(names, NOW)
  const planAt = (nowMs: number, stored: Partial<CertificateFiles> = files, dns = names) =>
    planCertificates(readStored(stored), dns, nowMs)

  it('are kept as long as they are good', () => {
    expect(planAt(NOW)).toEqual({ make: 'nothing' })
    expect(planAt(NOW + 240 * DAY)).toEqual({ make: 'nothing' })
  })

  it('are made anew in time, each when it is needed', () => {
    expect(planAt(NOW + 250 * DAY)).toEqual({ make: 'server', why: 'it ends soon' })
    expect(planAt(NOW + 9.1 * 365 * DAY)).toMatchObject({ make: 'both' })
    expect(planAt(NOW - 2 * 3_600_000)).toMatchObject({ make: 'both' })
    expect(planAt(NOW, files, ['other.metallb-system.svc'])).toEqual({
      make: 'server',
      why: 'it is not for other.metallb-system.svc',
    })
    const other = makeBoth(names, NOW)
    expect(planAt(NOW, { ...files, 'tls.key': other['tls.key'] })).toMatchObject({ make: 'server' })
    expect(planAt(NOW, { ...files, 'tls.crt': other['tls.crt'], 'tls.key': other['tls.key'] })).toEqual({
      make: 'server',
      why: 'the authority did not sign it',
    })
    expect(planAt(NOW, { ...files, 'ca.key': other['ca.key'] })).toMatchObject({ make: 'both' })
    for (const broken of [{}, { ...files, 'tls.crt': 'x' }, { ...files, 'ca.key': '' }])
      expect(planAt(NOW, broken)).toMatchObject({ make: 'both' })
  })

  it('of the server change under the same authority', () => {
    const renewed = makeServer(files, names, NOW + 250 * DAY)
    expect(renewed['ca.crt']).toBe(files['ca.crt'])
    expect(renewed['tls.crt']).not.toBe(files['tls.crt'])
    expect(planAt(NOW + 250 * DAY, renewed)).toEqual({ make: 'nothing' })
  })

  it('of an older authority stay trusted until they end', () => {
    const later = makeBoth(names, NOW + DAY, files['ca.crt'])
    expect(later['ca.crt'].match(/BEGIN/g)).toHaveLength(2)
    expect(later['ca.crt']).toContain(files['ca.crt'])
    const muchLater = makeBoth(names, NOW + LIFETIME.authorityMs + DAY, files['ca.crt'])
    expect(muchLater['ca.crt'].match(/BEGIN/g)).toHaveLength(1)
  })
})

describe('what openssl says', () => {
  let dir: string
  const files = makeBoth(names, NOW)
  const openssl = (...args: string[]) =>
    execFileSync('openssl', args, { encoding: 'utf8', cwd: dir, stdio: 'pipe' })
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'lbctl-certificates-'))
    for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text)
    writeFileSync(join(dir, 'other.crt'), makeBoth(names, NOW)['ca.crt'])
  })
  afterAll(() => rmSync(dir, { recursive: true, force: true }))
  const verify = (ca: string, ...more: string[]) =>
    openssl(
      'verify',
      '-x509_strict',
      '-purpose',
      'sslserver',
      '-attime',
      String(NOW / 1000),
      '-CAfile',
      ca,
      ...more,
      'tls.crt',
    )

  it('is that the chain holds, for the name of the Service, under strict rules', () => {
    expect(verify('ca.crt', '-verify_hostname', 'lbctl-webhook.metallb-system.svc')).toContain('tls.crt: OK')
    expect(() => verify('ca.crt', '-verify_hostname', 'elsewhere.svc')).toThrow()
    expect(() => verify('other.crt')).toThrow()
  })

  it('is that the fields are what was meant', () => {
    const authority = openssl('x509', '-in', 'ca.crt', '-noout', '-text')
    expect(authority).toMatch(/Version: 3/)
    expect(authority).toMatch(/CA:TRUE, pathlen:0/)
    expect(authority).toMatch(/Certificate Sign, CRL Sign/)
    expect(authority).toMatch(/Not After : Nov 24 12:00:00 2036 GMT/)
    const server = openssl('x509', '-in', 'tls.crt', '-noout', '-text')
    expect(server).toMatch(/TLS Web Server Authentication/)
    expect(server).toMatch(/X509v3 Key Usage: critical\s+Digital Signature\n/)
    expect(server).toMatch(/CA:FALSE/)
    expect(server).toContain(names.map((name) => `DNS:${name}`).join(', '))
    expect(server).toMatch(/Not Before: Nov 27 11:00:00 2026 GMT/)
    expect(openssl('asn1parse', '-in', 'tls.crt')).toContain('ecdsa-with-SHA256')
  })

  it('is the same of a certificate that ends after 2049, whose time is written in another way', () => {
    const late = Date.parse('2049-06-01T00:00:00Z')
    writeFileSync(join(dir, 'late.crt'), makeBoth(names, late)['tls.crt'])
    expect(openssl('x509', '-in', 'late.crt', '-noout', '-enddate')).toContain(
      'notAfter=Jun  1 00:00:00 2050 GMT',
    )
  })
})
