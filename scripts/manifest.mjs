// Makes oclif.manifest.json from dist/commands, in memory, byte for byte as `oclif manifest` writes it.
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
const made = JSON.stringify(plugin.manifest, null, 2)

if (!process.argv.includes('--check')) writeFileSync(path, made)
else if (!existsSync(path) || readFileSync(path, 'utf8').trimEnd() !== made) {
  console.error('oclif.manifest.json is not what the commands say. Run: npm run manifest')
  process.exitCode = 1
}
