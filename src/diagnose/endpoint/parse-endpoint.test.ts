import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LbctlError } from '../../errors/lbctl-error.ts'
import { parseEndpoint } from './parse-endpoint.ts'

describe('an endpoint', () => {
  it.each([
    ['192.0.2.10:443', '192.0.2.10', 443, '/', undefined],
    ['shop.example.com:8080', 'shop.example.com', 8080, '/', undefined],
    ['[2001:DB8::0:10]:443', '2001:db8::10', 443, '/', undefined],
    ['[fe80::1%eth0]:179', 'fe80::1', 179, '/', undefined],
    ['https://shop.example.com', 'shop.example.com', 443, '/', 'https'],
    ['http://192.0.2.10/a/b?c=d#e', '192.0.2.10', 80, '/a/b?c=d', 'http'],
    ['HTTPS://[2001:db8::10]:6443?x', '2001:db8::10', 6443, '/?x', 'https'],
    ['ssh://git@192.0.2.10', '192.0.2.10', 22, '/', 'ssh'],
  ])('%s is host %s, port %d, path %s, scheme %s', (text, host, port, path, scheme) => {
    expect(parseEndpoint(text)).toMatchObject({ host, port, path, scheme })
  })

  it('keeps the zone of a link-local address', () => {
    expect(parseEndpoint('[fe80::1%eth0]:179').zone).toBe('eth0')
  })

  it('drops a user name and a password, which nobody must see', () => {
    const endpoint = parseEndpoint('https://alice:s3cret@shop.example.com/x')
    expect(endpoint.asked).toBe('https://shop.example.com/x')
    expect(JSON.stringify(endpoint)).not.toMatch(/s3cret|alice/)
  })

  it.each([
    ['192.0.2.10', /names no port/],
    ['2001:db8::1', /names no port/],
    ['shop:', /names no port/],
    ['gopher://shop.example.com', /names no port/],
    ['192.0.2.10:0', /from 1 to 65535/],
    ['192.0.2.10:65536', /from 1 to 65535/],
    ['10.1:443', /not an address or a name/],
    ['[192.0.2]:443', /not an address or a name/],
    ['-x:443', /not an address or a name/],
    ['https://:443', /not an address or a name/],
  ])('%s is refused', (text, message) => {
    expect(() => parseEndpoint(text)).toThrow(message)
  })

  it('never fails but with an error for the user', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.webUrl(), fc.stringMatching(/^[[\]a-f0-9:./%@?#]*$/)), (text) => {
        try {
          const { port, host } = parseEndpoint(text)
          expect(port).toBeGreaterThanOrEqual(1)
          expect(port).toBeLessThanOrEqual(65_535)
          expect(host).not.toBe('')
        } catch (error) {
          expect(error).toBeInstanceOf(LbctlError)
        }
      }),
    )
  })
})
