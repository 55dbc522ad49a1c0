// Loads a file of the bundle with what V8 made of it when it was built, so that nothing is compiled at the start. V8 takes it
// only if it is the same V8; otherwise, or without such a file, it compiles. docs/decisions/0006-a-start-in-commonjs.md.
import { existsSync, readFileSync } from 'node:fs'
import Module, { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { Script } from 'node:vm'

type Wrapped = (
  exports: object,
  require: NodeJS.Require,
  module: { exports: object },
  path: string,
  folder: string,
) => void

/** @param path absolute, of a file below dist */
export function loadPack(path: string): object {
  const cache = `${path}.cache`
  const cachedData = existsSync(cache) ? readFileSync(cache) : undefined
  const script = new Script(Module.wrap(readFileSync(path, 'utf8')), { filename: path, cachedData })
  const module = { exports: {} }
  const run = script.runInThisContext() as Wrapped
  run(module.exports, createRequire(path), module, path, dirname(path))
  return module.exports
}

/** Under this name the files of the bundle find each other (scripts/packs.mjs). */
const PACKS = Symbol.for('lbctl.packs')

interface Packs {
  readonly modules: Map<string, object>
  load?: typeof loadPack
}

/** What these files load later is then loaded by `loadPack`, too. */
export function loadAllPacksSo(): void {
  const here = globalThis as { [PACKS]?: Packs }
  here[PACKS] ??= { modules: new Map() }
  here[PACKS].load = loadPack
}
