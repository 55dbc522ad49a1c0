import { describe, expect, it } from 'vitest'
import { compareReleases, NEWEST_RELEASE, parseRelease } from './release.ts'

describe('parseRelease', () => {
  it.each([
    ['v0.14.9', '0.14.9'],
    ['0.14', '0.14.0'],
    ['0.16', '0.16.0'],
    ['0.16.99', '0.16.99'],
    ['0.13.04', '0.13.4'],
    [NEWEST_RELEASE, NEWEST_RELEASE],
    ['main', 'main'],
  ])('reads %s as %s', (text, release) => {
    expect(parseRelease(text)).toBe(release)
  })
  it.each(['0.17', 'v0.17.0', '0.99', '0.99.1', '1.0', '1.0.0', '', '0', 'new', '0.14.9-rc1', ' 0.14.9'])(
    'does not take "%s", which is no release or none that is known',
    (text) => {
      expect(parseRelease(text)).toBeUndefined()
    },
  )
})

describe('compareReleases', () => {
  it('orders by number, with main as the newest', () => {
    const sorted = (['main', '0.13.10', '0.16.1', '0.13.9', '0.14.0'] as const).toSorted(compareReleases)
    expect(sorted).toEqual(['0.13.9', '0.13.10', '0.14.0', '0.16.1', 'main'])
  })
})
