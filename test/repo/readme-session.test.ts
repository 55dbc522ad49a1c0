// The terminal session of the README is what really happens: its command lines are run again and the output compared.
// To write it anew after a change of output: UPDATE_README=1 npx vitest run test/repo/readme-session.test.ts
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { root, run, runJs } from '../support/cli.ts'

const LINES = [
  'lbctl migrate demo/legacy/v0.7-layer2.yaml > metallb.yaml',
  'cat metallb.yaml',
  'lbctl validate metallb.yaml',
  "sed 's/- default/- defualt/' metallb.yaml | lbctl validate -",
]

let dir: string
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'lbctl-readme-'))
  mkdirSync(join(dir, 'bin'))
  writeFileSync(join(dir, 'bin/lbctl'), `#!/bin/sh\nexec "${process.execPath}" "${runJs}" "$@"\n`)
  chmodSync(join(dir, 'bin/lbctl'), 0o755)
  symlinkSync(join(root, 'demo'), join(dir, 'demo'))
})
afterAll(() => rmSync(dir, { recursive: true }))

async function session(): Promise<string> {
  const env = { PATH: `${join(dir, 'bin')}${delimiter}${process.env['PATH'] ?? ''}` }
  const parts: string[] = []
  for (const line of LINES) {
    const { stdout } = await run('bash', ['-c', `{ ${line}; } 2>&1`], { cwd: dir, env })
    parts.push(`$ ${line}\n${stdout}`)
  }
  return parts.join('\n')
}

it('the session is a real one', async () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8')
  const block = /^```console\n([\s\S]*?)^```$/m
  const real = await session()
  expect(real).not.toContain('This is a bug')
  if (process.env['UPDATE_README'] === '1')
    writeFileSync(
      join(root, 'README.md'),
      readme.replace(block, () => `\`\`\`console\n${real}\`\`\``),
    )
  expect(block.exec(readFileSync(join(root, 'README.md'), 'utf8'))?.[1]).toBe(real)
})
