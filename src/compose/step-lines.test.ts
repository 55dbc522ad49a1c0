import { describe, expect, it } from 'vitest'
import { stepLines } from './step-lines.ts'

describe('step lines', () => {
  const collected = () => {
    const lines: string[] = []
    return { lines, ...stepLines(async () => (name, text) => lines.push(`${name} ${text}`)) }
  }

  it('are not written before the event loop turns, and then by themselves', async () => {
    const { lines, add } = collected()
    add('route', 'on eth0')
    await Promise.resolve()
    expect(lines).toEqual([])
    await expect.poll(() => lines).toEqual(['route on eth0'])
  })

  it('keep their order, also when words are found later', async () => {
    const { lines, add, flush } = collected()
    add('route', 'on eth0')
    add('probe', async () => {
      await new Promise((resolve) => setTimeout(resolve, 20))
      return 'who-has'
    })
    await new Promise((resolve) => setTimeout(resolve, 5))
    add('reply', 'is-at')
    await flush()
    expect(lines).toEqual(['route on eth0', 'probe who-has', 'reply is-at'])
  })

  it('load no writer when there is none', async () => {
    let loaded = false
    await stepLines(async () => {
      loaded = true
      return () => undefined
    }).flush()
    expect(loaded).toBe(false)
  })
})
