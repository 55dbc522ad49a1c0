import { PassThrough } from 'node:stream'
import { expect, it } from 'vitest'
import { asker } from './ask.ts'

/** What is typed at the question, and what comes of it. */
async function typed(keys: string, controller = new AbortController()) {
  const terminal = () =>
    Object.assign(new PassThrough(), { isTTY: true, columns: 80, setRawMode: () => undefined })
  const [stdin, stderr] = [terminal(), terminal()]
  const shown: string[] = []
  stderr.on('data', (chunk: Buffer) => shown.push(chunk.toString()))
  const ask = asker(stdin, stderr, controller.signal, () => controller.abort(new Error('interrupted')))
  const answer = ask?.('Change this?').catch((error: Error) => error.name)
  stdin.write(keys)
  const heard = await answer
  return { heard, endsLine: /\n$/.test(shown.join('').replaceAll('\r', '')) }
}

it.each([
  ['y\r', true],
  ['YES\r', true],
  ['n\r', false],
  ['\r', false],
  ['yep\r', false],
  // Ctrl-D: the end of the input.
  ['\u0004', false],
  // Ctrl-C: it is handed on, and the question is not answered.
  ['\u0003', 'AbortError'],
])('%j means %j, and what is said next stands on a line of its own', async (keys, expected) => {
  expect(await typed(keys)).toEqual({ heard: expected, endsLine: true })
})

it('asks nobody where there is no terminal', () => {
  const pipe = Object.assign(new PassThrough(), { isTTY: false })
  expect(asker(pipe, pipe, new AbortController().signal)).toBeUndefined()
})
