import { Writable } from 'node:stream'
import { expect, it } from 'vitest'
import type { LogRecord } from '../../speaker/report/log-record.ts'
import { createLog } from './log.ts'

const record = (level: LogRecord['level'], text = 'x'): LogRecord => ({
  level,
  caller: 'test',
  fields: { msg: text },
  text,
})

function sink(takes: () => boolean) {
  const lines: string[] = []
  let waiting: (() => void) | undefined
  const stream = new Writable({
    decodeStrings: false,
    write: (chunk, _, done) => {
      lines.push(String(chunk))
      if (takes()) done()
      else waiting = done
    },
  })
  return { lines, stream, drain: () => waiting?.() }
}

it('what is below the level is not written', () => {
  const { lines, stream } = sink(() => true)
  const log = createLog({ format: 'json', level: 'warn', stream, colorLevel: 0 })
  for (const level of ['debug', 'info', 'warn', 'error'] as const) log.sink(record(level))
  expect(lines.map((line) => JSON.parse(line).level)).toEqual(['warn', 'error'])
})

it('a reader who does not read costs lines and no memory, and is told how many', () => {
  let reads = false
  const { lines, stream, drain } = sink(() => reads)
  const log = createLog({ format: 'json', level: 'info', stream, colorLevel: 0 })
  const long = 'x'.repeat(1_000_000)
  for (let i = 0; i < 20; i++) log.sink(record('info', long))
  expect(stream.writableLength).toBeLessThan(6_000_000)
  reads = true
  drain()
  log.sink(record('info', 'after'))
  const last = lines.slice(-2).map((line) => JSON.parse(line))
  expect(last[0]).toMatchObject({ level: 'warn', msg: 'log lines lost' })
  expect(lines.length - 2 + last[0].lines).toBe(20)
  expect(last[1].msg).toBe('after')
})

it('a reader who goes away ends nothing', async () => {
  const stream = new Writable({
    write: (_, __, done) => done(Object.assign(new Error('no reader'), { code: 'EPIPE' })),
  })
  let ended = false
  stream.on('error', () => {
    ended = true
  })
  const log = createLog({ format: 'json', level: 'info', stream, colorLevel: 0 })
  log.sink(record('info'))
  await new Promise((resolve) => setImmediate(resolve))
  log.sink(record('info'))
  expect(await log.flush()).toBe(true)
  expect(ended).toBe(false)
})
