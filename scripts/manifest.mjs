// Makes oclif.manifest.json from dist/commands, as `oclif manifest` does, but for the order: there it is the one in which the
// files happened to be loaded, here that of the names.
// Without flags: writes the file. With --check: fails when the file that is there differs.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import oclif from '@oclif/core/config'
import { root } from './build-identity.mjs'

const path = join(root, 'oclif.manifest.json')
const plugin = new oclif.Plugin({
  root,
  type: 'core',
  ignoreManifest: true,
  errorOnManifestCreate: true,
  respectNoCacheDefault: true,
})
await plugin.load()
const { commands, ...rest } = plugin.manifest
const sorted = Object.fromEntries(Object.entries(commands).sort(([a], [b]) => (a < b ? -1 : 1)))
const made = JSON.stringify({ commands: sorted, ...rest }, null, 2)

if (!process.argv.includes('--check')) writeFileSync(path, made)
else if (!existsSync(path) || readFileSync(path, 'utf8').trimEnd() !== made) {
  console.error('oclif.manifest.json is not what the commands say. Run: npm run manifest')
  process.exitCode = 1
}
