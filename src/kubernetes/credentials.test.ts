import { expect, it } from 'vitest'
import { ShortLived } from './credentials.ts'

it('makes one at a time, though it hangs: those who waited are told, and the one that comes is taken', async () => {
  let made = 0
  let give: (value: string) => void = () => undefined
  const make = (): Promise<string> => {
    made += 1
    return new Promise((resolve) => {
      give = resolve
    })
  }
  const credentials = new ShortLived(make, () => new Error('late'), 20)
  await expect(credentials.get()).rejects.toThrow('late')
  credentials.forget()
  await expect(Promise.all([credentials.get(), credentials.get()])).rejects.toThrow('late')
  expect(made).toBe(1)
  give('token')
  await expect(credentials.get()).resolves.toBe('token')
  expect(made).toBe(1)
})

it('asks again after a failure, and when what it had is forgotten; parallel requests share one', async () => {
  let made = 0
  const make = async (): Promise<number> => {
    made += 1
    if (made === 1) throw new Error('no')
    return made
  }
  const credentials = new ShortLived(make, () => new Error('late'))
  await expect(credentials.get()).rejects.toThrow('no')
  expect(await Promise.all([credentials.get(), credentials.get(), credentials.get()])).toEqual([2, 2, 2])
  expect(await credentials.get()).toBe(2)
  credentials.forget()
  expect(await credentials.get()).toBe(3)
})
