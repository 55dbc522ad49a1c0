// The modules that esbuild makes, as packs: one CommonJS file for each file that is loaded by name or by `import()`, with
// everything in it that cannot have been loaded before. Node reads and links a CommonJS file in a tenth of the time that it
// takes for an ECMAScript module, and one file sooner than thirty (docs/decisions/0006-a-start-in-commonjs.md).
import { dirname, posix } from 'node:path'
import { transform, transformSync } from 'esbuild'

/** Modules live in one table for the whole process, so that each is run once whichever pack brought it. */
const packOf = (start, parts) => `"use strict";
const lbctlPacks = (globalThis[Symbol.for("lbctl.packs")] ??= { modules: new Map() });
const lbctlNeed = (name) => {
  const known = lbctlPacks.modules.get(name);
  if (known) return known.exports;
  if (!lbctlBodies[name]) return (lbctlPacks.load ?? require)(__dirname + ${JSON.stringify(toRoot(start))} + name);
  const module = { exports: {} };
  lbctlPacks.modules.set(name, module);
  lbctlBodies[name](module, module.exports);
  return module.exports;
};
${HELPERS.join('')}
const lbctlBodies = {
${parts.join(',\n')}
};
module.exports = lbctlNeed(${JSON.stringify(start)});
`

const toRoot = (path) => `/${'../'.repeat(path.split('/').length - 1)}`

/**
 * @param outputs path below the folder of the build → {text, imports: [{path, kind}], isRoot}, as esbuild made them with
 *   `splitting`; roots are loaded by name and cannot rely on anything
 * @returns path → text of the pack
 */
export async function packsOf(outputs, options) {
  const bodies = new Map()
  for (const path of outputs.keys()) bodies.set(path, await commonJs(path, outputs, options))
  const starts = [...outputs.keys()].filter(
    (path) => outputs.get(path).isRoot || isLoadedLater(path, outputs),
  )
  const brought = broughtBy(starts, outputs)
  const packs = starts.map(async (start) => {
    const parts = [...closureOf(start, outputs)].filter((path) => !brought.get(start).has(path))
    const text = packOf(
      start,
      parts.map((path) => `${JSON.stringify(path)}: ${bodies.get(path)}`),
    )
    return [start, (await transform(text, { ...options, platform: 'node' })).code]
  })
  return new Map(await Promise.all(packs))
}

const isLoadedLater = (path, outputs) =>
  [...outputs.values()].some(({ imports }) =>
    imports.some((each) => each.kind === 'dynamic-import' && each.path === path),
  )

/** A module and all that it imports statically. */
export function closureOf(path, outputs, seen = new Set()) {
  if (seen.has(path) || !outputs.has(path)) return seen
  seen.add(path)
  for (const each of outputs.get(path).imports)
    if (each.kind === 'import-statement') closureOf(each.path, outputs, seen)
  return seen
}

/** What is certainly there when a pack is loaded: what each of the packs that may load it has, or had brought to it. */
function broughtBy(starts, outputs) {
  const all = new Set(outputs.keys())
  const closures = new Map(starts.map((start) => [start, closureOf(start, outputs)]))
  const brought = new Map(starts.map((start) => [start, outputs.get(start).isRoot ? new Set() : all]))
  const loads = (start, target) =>
    [...closures.get(start)].some((path) =>
      outputs.get(path).imports.some((each) => each.kind === 'dynamic-import' && each.path === target),
    )
  const loaders = new Map(starts.map((start) => [start, starts.filter((each) => loads(each, start))]))
  for (let changed = true; changed; ) {
    changed = false
    for (const start of starts) {
      if (outputs.get(start).isRoot) continue
      const before = brought.get(start)
      const now = new Set(
        [...before].filter((path) =>
          loaders.get(start).every((from) => closures.get(from).has(path) || brought.get(from).has(path)),
        ),
      )
      if (now.size === before.size) continue
      brought.set(start, now)
      changed = true
    }
  }
  return brought
}

const TO_COMMON_JS = {
  format: 'cjs',
  platform: 'node',
  // import() becomes require(), which loads at once; the promise stays.
  supported: { 'dynamic-import': false },
  define: { 'import.meta.url': 'lbctlUrl' },
}

/** What esbuild puts before each module for its own use; a pack needs it once. Taken from a module that needs all of it. */
const HELPERS = transformSync('import a from "a"; export default () => import(a)', TO_COMMON_JS)
  .code.split('var stdin_exports')[0]
  .split(/(?<=\n)(?=var __)/)

/** One module as a function of `module` and `exports`. What it imports of other modules goes through the table. */
async function commonJs(path, outputs, { target }) {
  const { code } = await transform(outputs.get(path).text, { ...TO_COMMON_JS, target })
  const own = HELPERS.reduce((text, helper) => text.replace(helper, ''), code)
  const linked = own.replaceAll(/\brequire\("(\.[^"]+)"\)/g, (whole, asked) => {
    const name = posix.join(dirname(path), asked)
    return outputs.has(name) ? `lbctlNeed(${JSON.stringify(name)})` : whole
  })
  const url = linked.includes('lbctlUrl') ? URL_OF_THIS_FILE : ''
  return `(module, exports) => {\n${url}${linked}}`
}

const URL_OF_THIS_FILE = 'const lbctlUrl = require("node:url").pathToFileURL(__filename).href;\n'
