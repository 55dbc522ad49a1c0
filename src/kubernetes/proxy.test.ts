import { describe, expect, it } from 'vitest'
import { proxyFromEnvironment } from './proxy.ts'

const proxy = (server: string, env: Record<string, string>): string | undefined =>
  proxyFromEnvironment(new URL(server), env)
const via = (server: string, noProxy: string): boolean =>
  proxy(server, { HTTPS_PROXY: 'http://proxy:3128', NO_PROXY: noProxy }) !== undefined

describe('proxyFromEnvironment', () => {
  it('goes by the scheme of the server, and takes both spellings', () => {
    expect(proxy('https://api:6443', { HTTPS_PROXY: 'http://a', HTTP_PROXY: 'http://b' })).toBe('http://a')
    expect(proxy('http://api:8080', { HTTPS_PROXY: 'http://a', http_proxy: 'http://b' })).toBe('http://b')
    expect(proxy('https://api:6443', { HTTPS_PROXY: '', https_proxy: 'a:3128' })).toBe('http://a:3128')
    expect(proxy('https://api:6443', { HTTP_PROXY: 'http://b' })).toBeUndefined()
  })

  it('never proxies loopback', () => {
    for (const server of [
      'https://localhost:6443',
      'https://127.0.0.1',
      'https://127.9.9.9',
      'https://[::1]:6443',
    ])
      expect(via(server, '')).toBe(false)
  })

  it.each([
    ['https://api.example.com:6443', 'example.com', false],
    ['https://api.example.com:6443', '.example.com', false],
    ['https://example.com', '.example.com', true],
    ['https://example.com', 'example.com', false],
    ['https://badexample.com', 'example.com', true],
    ['https://API.example.com', 'other, api.EXAMPLE.com', false],
    ['https://api:6443', 'api:6443', false],
    ['https://api:6443', 'api:443', true],
    ['https://api', 'api:443', false],
    ['https://10.1.2.3:6443', '10.0.0.0/8', false],
    ['https://10.1.2.3:6443', '10.1.2.0/33', true],
    ['https://11.1.2.3:6443', '10.0.0.0/8', true],
    ['https://[2001:db8::1]:6443', '2001:db8::/32', false],
    ['https://[2001:db8::1]:6443', '2001:db8::1', false],
    ['https://10.1.2.3', '*', false],
    ['https://10.1.2.3', 'nonsense/x,/,:', true],
  ])('%s with NO_PROXY=%s: proxied is %s', (server, noProxy, proxied) => {
    expect(via(server, noProxy)).toBe(proxied)
  })
})
