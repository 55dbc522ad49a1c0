import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createConnection, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { askSpeaker, defaultStateDirectory, type StatusServer, serveStatus } from './status-socket.ts'

let directory = ''
let server: StatusServer | undefined
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'lbctl-status-'))
})
afterEach(async () => {
  await server?.close()
  server = undefined
  rmSync(directory, { recursive: true })
})

describe('the socket of the status', () => {
  it('answers questions of its user, one after the other', async () => {
    server = await serveStatus(join(directory, 'state'), async (question) => ({ asked: question }))
    expect(statSync(server.path).mode & 0o777).toBe(0o600)
    expect(statSync(join(directory, 'state')).mode & 0o777).toBe(0o700)
    for (const why of ['192.0.2.1', 'é'.repeat(100)])
      expect(await askSpeaker(join(directory, 'state'), { why })).toEqual({ asked: { why } })
  })

  it('passes on why a question was refused', async () => {
    server = await serveStatus(directory, async () => {
      throw new Error('There is no Service default/web.')
    })
    await expect(askSpeaker(directory, {})).rejects.toMatchObject({
      kind: 'input',
      message: 'There is no Service default/web.',
    })
  })

  it('is not shared by two speakers, and one that was left behind is replaced', async () => {
    server = await serveStatus(directory, async () => 1)
    await expect(serveStatus(directory, async () => 2)).rejects.toMatchObject({ kind: 'conflict' })
    expect(await askSpeaker(directory, {})).toBe(1)
    await server.close()
    const left = createServer()
    await new Promise<void>((resolve) => left.listen(join(directory, 'speaker.sock'), resolve))
    // As after SIGKILL: the name stays, and nobody listens.
    ;(left as unknown as { _handle: { close(): void } })._handle.close()
    server = await serveStatus(directory, async () => 3)
    expect(await askSpeaker(directory, {})).toBe(3)
  })

  it('never removes what is no socket', async () => {
    writeFileSync(join(directory, 'speaker.sock'), 'precious')
    await expect(serveStatus(directory, async () => 1)).rejects.toMatchObject({ kind: 'input' })
    expect(statSync(join(directory, 'speaker.sock')).size).toBe(8)
  })

  it('is told to be missing where no speaker runs', async () => {
    await expect(askSpeaker(directory, {})).rejects.toMatchObject({ kind: 'unreachable' })
    mkdirSync(join(directory, 'x'))
    await expect(askSpeaker('/'.padEnd(90, 'x'), {})).rejects.toMatchObject({ kind: 'unreachable' })
    await expect(serveStatus(`/tmp/${'x'.repeat(120)}`, async () => 1)).rejects.toMatchObject({
      kind: 'usage',
    })
  })

  it('drops who asks without an end', async () => {
    server = await serveStatus(directory, async () => 1)
    const socket = createConnection(server.path)
    const closed = new Promise((resolve) => socket.once('close', resolve))
    socket.on('error', () => undefined)
    socket.write('x'.repeat(100_000))
    await closed
    expect(await askSpeaker(directory, {})).toBe(1)
  })
})

it('the state of a user is kept where it ends with the session', () => {
  expect(defaultStateDirectory({}, 0)).toBe('/run/lbctl')
  expect(defaultStateDirectory({ XDG_RUNTIME_DIR: '/run/user/7' }, 7)).toBe('/run/user/7/lbctl')
  expect(defaultStateDirectory({}, 7)).toBe('/tmp/lbctl-7')
})
