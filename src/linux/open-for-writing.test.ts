import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { loadLibc } from './libc.ts'
import { writingProbe } from './open-for-writing.ts'

it.runIf(process.platform === 'linux')('the kernel tells whether a file is still being written', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'lbctl-lease-'))
  try {
    const isWritten = writingProbe(await loadLibc())
    const file = join(directory, 'a.yaml')
    writeFileSync(file, 'a: 1\n')
    expect(isWritten(file)).toBe(false)
    const writer = openSync(file, 'a')
    expect(isWritten(file)).toBe(true)
    closeSync(writer)
    expect(isWritten(file)).toBe(false)
    const reader = openSync(file, 'r')
    expect(isWritten(file)).toBe(false)
    closeSync(reader)
    expect(isWritten(join(directory, 'missing'))).toBeUndefined()
    expect(isWritten(directory)).toBeUndefined()
  } finally {
    rmSync(directory, { recursive: true })
  }
})
