// Two minutes of what bench/soak.mjs does in half an hour: three speakers, random changes, and who answers for what. It judges itself; its
// exit code and its count of questions are looked at here.
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { describeInterop } from '../support/namespaces.ts'

const soak = fileURLToPath(new URL('../../bench/soak.mjs', import.meta.url))
const DEADLINE_MS = 240_000

describeInterop('three speakers and random changes', ['nsenter'], () => {
  it('have one owner for each address, none for a withdrawn one, and stay up', {
    timeout: DEADLINE_MS,
  }, async () => {
    const { code, output } = await new Promise<{ code: number; output: string }>((resolve) => {
      const child = execFile(
        process.execPath,
        [soak, '--minutes', '2', '--slack', '2'],
        (_, stdout, stderr) => resolve({ code: child.exitCode ?? -1, output: stdout + stderr }),
      )
    })
    expect(output).toMatch(/^0 violations,/m)
    expect(code, output).toBe(0)
    const [, owned, free] = /(\d+) answers of an owner and (\d+) silences judged/.exec(output) ?? []
    expect(Number(owned)).toBeGreaterThan(100)
    expect(Number(free)).toBeGreaterThan(100)
  })
})
