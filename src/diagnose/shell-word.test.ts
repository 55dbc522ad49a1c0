import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { shellWord } from './shell-word.ts'

it('a word that a shell leaves alone stays as it is', () => {
  expect(['/root/.kube/config', 'kind-a', 'a b', "it's", ''].map(shellWord)).toEqual([
    '/root/.kube/config',
    'kind-a',
    "'a b'",
    `'it'\\''s'`,
    "''",
  ])
})

it('whatever it is, a shell reads one word, the same', () => {
  const words = fc.array(fc.string({ unit: 'binary', maxLength: 12 }), { minLength: 1, maxLength: 200 })
  fc.assert(
    fc.property(words, (some) => {
      const texts = some.map((each) => each.replaceAll('\0', ''))
      const out = execFileSync('sh', ['-c', `printf '%s\\0' ${texts.map(shellWord).join(' ')}`])
      expect(out.toString('utf8').split('\0').slice(0, -1)).toEqual(
        texts.map((text) => Buffer.from(text).toString('utf8')),
      )
    }),
    { numRuns: 20 },
  )
})
