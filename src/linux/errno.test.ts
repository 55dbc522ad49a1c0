import { constants } from 'node:os'
import { describe, expect, it } from 'vitest'
import { ERRNO, errnoName, errnoNumber } from './errno.ts'

describe('errno names', () => {
  it.runIf(process.platform === 'linux')('agree with the table of Node for this system', () => {
    const aliases: Record<string, string> = {
      EWOULDBLOCK: 'EAGAIN',
      ENOTSUP: 'EOPNOTSUPP',
      EDEADLOCK: 'EDEADLK',
    }
    const known = Object.entries(constants.errno)
    expect(known.length).toBeGreaterThan(70)
    for (const [name, code] of known) {
      expect(errnoName(code)).toBe(aliases[name] ?? name)
      expect(errnoNumber(aliases[name] ?? name)).toBe(code)
    }
  })

  it('say the number when there is no name', () => {
    expect(errnoName(41)).toBe('errno 41')
    expect(errnoName(9999)).toBe('errno 9999')
    expect(errnoNumber('EWHATEVER')).toBeUndefined()
  })

  it('have the same number in the short table', () => {
    for (const [name, code] of Object.entries(ERRNO)) expect(errnoNumber(name)).toBe(code)
  })
})
