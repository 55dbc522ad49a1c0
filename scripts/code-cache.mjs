// What V8 makes of a file of the bundle, for src/compose/load-pack.ts: all its functions, compiled. It holds for the V8 that
// made it, which is the same for all Node releases of one line; another V8 notices, and compiles.
import Module from 'node:module'
import { setFlagsFromString } from 'node:v8'
import { Script } from 'node:vm'

/** @param text of a CommonJS file */
export function codeCacheOf(text) {
  // V8 notes its flags in what it makes, so they are put back before that.
  setFlagsFromString('--no-lazy')
  const script = new Script(Module.wrap(text))
  setFlagsFromString('--lazy')
  return script.createCachedData()
}
