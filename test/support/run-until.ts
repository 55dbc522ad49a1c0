// Runs the built lbctl until it has said something, then ends it in order.
import { spawn } from 'node:child_process'
import { cleanEnv, type Outcome, root, runJs } from './cli.ts'

/** Rejects when it ends by itself without having said it, or does not say it within `withinMs`. */
export function runUntil(
  args: readonly string[],
  pattern: RegExp,
  {
    env = {},
    withinMs = 30_000,
  }: { readonly env?: Readonly<Record<string, string>>; readonly withinMs?: number } = {},
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [runJs, ...args], { cwd: root, env: { ...cleanEnv(), ...env } })
    const text = { stdout: '', stderr: '' }
    let said = false
    const timer = setTimeout(() => child.kill('SIGKILL'), withinMs)
    for (const name of ['stdout', 'stderr'] as const)
      child[name].setEncoding('utf8').on('data', (chunk: string) => {
        text[name] += chunk
        if (said || !pattern.test(text.stdout + text.stderr)) return
        said = true
        child.kill('SIGTERM')
      })
    child.on('error', reject)
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      if (said) resolve({ ...text, code, signal })
      else
        reject(
          new Error(`never said ${pattern.source}; exit ${code ?? signal}\n${text.stdout}${text.stderr}`),
        )
    })
  })
}
