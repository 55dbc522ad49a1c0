// Whatever the secret and wherever it stands; whatever the text, in time that is in proportion to its length.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { hideSecrets } from './hide-secrets.ts'
import { planted, SECRET_TEXTS, TEXT_PLACES } from './testing/secret-texts.ts'

// Without bounds on what a name may be, this takes hours: the time-out is the judge.
it.each(['x', 'token', 'a-b.', '"', 'a://', '\\', '\n', ' ', 'password is ', '-p', 'eyJ'])(
  'is done with a text that is one long word of "%s"',
  (part) => {
    const text = `${part.repeat(Math.ceil(200_000 / part.length))} token`
    expect(hideSecrets(text).length).toBeGreaterThan(0)
  },
)

it('hides a password with an @ in it', () => {
  expect(hideSecrets('dial https://eve:p@ss@example.org/x')).toBe('dial https://(hidden)@example.org/x')
})

/** Also in the forms that need a base of letters and digits; never a word of a sentence. */
const aSecret = fc
  .tuple(fc.stringMatching(/^[A-Za-z0-9_]{4,20}$/), fc.stringMatching(/^[A-Z][0-9][a-z][0-9]$/))
  .map((parts) => parts.join(''))

it('hides any secret in every form, wherever the form stands, and once is enough', () => {
  const text = fc.constantFrom(...SECRET_TEXTS)
  fc.assert(
    fc.property(text, fc.constantFrom(...TEXT_PLACES), aSecret, (form, put, secret) => {
      const written = put(planted(form, secret))
      expect(written).toContain(secret)
      const clean = hideSecrets(written)
      expect(clean).not.toContain(secret.slice(0, 6))
      expect(clean).not.toContain(secret.slice(-6))
      expect(hideSecrets(clean)).toBe(clean)
    }),
    { numRuns: 300 },
  )
})

it('changes no second time what it has changed, whatever the text', () => {
  const words = fc.constantFrom(
    ...[
      'password',
      'is',
      'for',
      ':',
      '=',
      ' ',
      '"',
      "'",
      '{',
      '}',
      ',',
      '7',
      'x',
      'secret',
      'token',
      '-p',
      '\n',
      '\\',
      '--',
      'Zq9',
      '(hidden)',
      'neighbor',
      'key',
    ],
  )
  fc.assert(
    fc.property(fc.array(words, { maxLength: 24 }), (parts) => {
      const once = hideSecrets(parts.join(''))
      expect(hideSecrets(once).replaceAll(/[^Z]/g, '').length).toBeLessThanOrEqual(
        once.replaceAll(/[^Z]/g, '').length,
      )
    }),
    { numRuns: 300 },
  )
})
