import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { isEndpoint } from './explain-endpoint.ts'

const codes = ['rules', 'findings', 'errors', 'notifications', 'events'].flatMap((folder) =>
  readdirSync(new URL(`../../docs/${folder}/`, import.meta.url)).map((file) => file.replace(/\.md$/, '')),
)

describe('what is typed behind explain', () => {
  it.each([
    '192.0.2.10:443',
    '192.0.2.10',
    'shop.example.com:443',
    '[2001:db8::10]:443',
    '[fe80::1%eth0]:179',
    '2001:db8::10',
    '::1',
    'https://shop.example.com/x?y',
    'https://u:p@shop.example.com',
  ])('%s is an endpoint', (text) => {
    expect(isEndpoint(text)).toBe(true)
  })

  it.each([
    ...codes,
    '6/5',
    '0x0605',
    'No route to host',
    '(incomplete)',
    'code 6 subcode 5',
    'connect: connection refused',
    '192.0.2.0/24',
    '{"caller":"native.go:90","msg":"x","peer":"192.168.1.1:179"}',
    '{"a":1}',
    'level=error',
  ])('%s is none', (text) => {
    expect(isEndpoint(text)).toBe(false)
  })
})
