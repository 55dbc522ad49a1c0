import { expect, it } from 'vitest'
import { LbctlError } from '../../errors/lbctl-error.ts'
import { Patience } from './dry-run-patience.ts'

const LONG_MS = 3_600_000

it('ends with the last thing that was in the way', async () => {
  const patience = new Patience(20, new AbortController().signal)
  patience.troubled(new LbctlError('unreachable', 'first'), false)
  patience.troubled(new LbctlError('unreachable', 'last'), false)
  await expect(patience.lost).rejects.toMatchObject({ kind: 'unreachable', message: 'last' })
})

it('says that nothing was said, when nothing else is known', async () => {
  await expect(new Patience(20, new AbortController().signal).lost).rejects.toMatchObject({ kind: 'timeout' })
})

it('does not wait for what will not go away, and is ended by a signal', async () => {
  const refused = new Patience(LONG_MS, new AbortController().signal)
  refused.troubled(new LbctlError('permission', 'no'), false)
  await expect(refused.lost).rejects.toMatchObject({ message: 'no' })
  const away = new Patience(LONG_MS, new AbortController().signal)
  away.troubled(new LbctlError('unreachable', 'tried'), true)
  await expect(away.lost).rejects.toMatchObject({ message: 'tried' })
  const stop = new AbortController()
  const stopped = new Patience(LONG_MS, stop.signal)
  stop.abort(new Error('stop'))
  await expect(stopped.lost).rejects.toMatchObject({ message: 'stop' })
  await Promise.all([refused.end(), away.end(), stopped.end()])
})

it('lets go of everything at the end', async () => {
  const patience = new Patience(LONG_MS, new AbortController().signal)
  let closed = 0
  patience.atEnd(async () => void closed++)
  patience.atEnd(async () => void closed++)
  await patience.end()
  expect([closed, patience.signal.aborted]).toEqual([2, true])
})
