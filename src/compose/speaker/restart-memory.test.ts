import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { RestartMemory } from './restart-memory.ts'

let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'lbctl-restart-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

const next = (nowMs: number): boolean => new RestartMemory(directory).isRestart(nowMs)

it('knows of nothing in a directory that is empty', () => {
  expect(next(0)).toBe(false)
})

it('knows of routes that are kept, for as long as they are', () => {
  new RestartMemory(directory).leave(true, 1_000_000)
  expect(next(1_000_000 + 119_000)).toBe(true)
  expect(next(1_000_000 + 121_000)).toBe(false)
})

it('knows of a speaker that died with such a session', () => {
  new RestartMemory(directory).sessionIsUp()
  expect(next(5_000_000)).toBe(true)
})

it('forgets when routers were told that the routes are gone', () => {
  const memory = new RestartMemory(directory)
  memory.sessionIsUp()
  memory.leave(false, 1_000_000)
  expect(next(1_000_001)).toBe(false)
})

it('takes a file that is none of ours for nothing', () => {
  writeFileSync(join(directory, 'graceful-restart.json'), 'x')
  expect(next(0)).toBe(false)
})

it('is no reason to stop when the directory is gone', () => {
  const memory = new RestartMemory(join(directory, 'gone'))
  expect(() => memory.sessionIsUp()).not.toThrow()
  expect(() => memory.leave(true, 0)).not.toThrow()
  expect(() => memory.leave(false, 0)).not.toThrow()
})
