import { expect, it } from 'vitest'
import { formatIp } from '../../../net/ip.ts'
import { clientClasses } from './client-classes.ts'

it('lets no address of this host stand for clients elsewhere, when no rule names any', () => {
  const { classes } = clientClasses(4, [])
  expect(classes.map(({ representative }) => formatIp(representative).split('.')[0])).not.toContain('127')
  expect(classes.map(({ elsewhere }) => elsewhere)).toEqual([true])
})
