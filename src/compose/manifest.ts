// The command surface as the package describes it.
import { readFileSync } from 'node:fs'
import type { Surface } from '../terminal/surface.ts'

export const readSurface = (root: URL): Surface =>
  JSON.parse(readFileSync(new URL('oclif.manifest.json', root), 'utf8')) as Surface
