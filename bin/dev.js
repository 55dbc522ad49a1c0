#!/usr/bin/env node
// Builds, writes the manifest anew, and runs: for work on lbctl itself.
const { spawnSync } = require('node:child_process')
const { join } = require('node:path')

for (const script of ['build.mjs', 'manifest.mjs']) {
  const words = [join(__dirname, '../scripts', script), '--quiet']
  const { status } = spawnSync(process.execPath, words, { stdio: ['ignore', 2, 2] })
  if (status !== 0) process.exit(status ?? 1)
}
require('./run.js')
