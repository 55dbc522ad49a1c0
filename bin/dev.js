#!/usr/bin/env node
// Builds, writes the manifest anew, and runs: for work on lbctl itself.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url))
for (const script of ['scripts/build.mjs', 'scripts/manifest.mjs']) {
  const { status } = spawnSync(process.execPath, [at(script), '--quiet'], { stdio: ['ignore', 2, 2] })
  if (status !== 0) process.exit(status ?? 1)
}
await import('./run.js')
