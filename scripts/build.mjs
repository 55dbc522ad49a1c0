// src → dist: one file per command with all that it needs at once, and one for each part that is loaded later.
// docs/decisions/0003-bundle-with-esbuild.md and 0006-a-start-in-commonjs.md say why. With --tests: the fuzz targets → dist-test.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { build } from 'esbuild'
import { commit, root, version } from './build-identity.mjs'
import { codeCacheOf } from './code-cache.mjs'
import { closureOf, packsOf } from './packs.mjs'

const quiet = process.argv.includes('--quiet')
const tests = process.argv.includes('--tests')
const folder = tests ? 'dist-test' : 'dist'
// Built beside its place and moved there when it is whole: a build that fails leaves what runs alone.
const building = join(root, `${folder}.${process.pid}`)

const TARGET = 'node20.19'
/** The fuzz targets stay ECMAScript modules; CommonJS packages inside them call require. */
const REQUIRE_IN_MODULES =
  "import{createRequire as lbctlCreateRequire}from'node:module';const require=lbctlCreateRequire(import.meta.url);\n"
const entryPoints = tests ? fuzzEntries() : { boot: 'src/compose/boot.ts', ...commands(), ...workers() }
process.on('exit', () => rmSync(building, { recursive: true, force: true }))
const { metafile, outputFiles } = await build({
  absWorkingDir: root,
  entryPoints,
  outdir: building,
  write: false,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: TARGET,
  minify: !tests,
  jsx: 'automatic',
  // Native addons stay packages; typescript is what oclif would load to run sources, which it never does here.
  external: ['koffi', '@koromix/koffi-*', 'typescript'],
  define: {
    'process.env.NODE_ENV': '"production"',
    LBCTL_VERSION: JSON.stringify(version),
    LBCTL_COMMIT: JSON.stringify(commit()),
  },
  plugins: [withoutOclifRunner(), withFlagsAlone()],
  metafile: true,
  logLevel: 'warning',
})
const modules = new Map(outputFiles.map(({ path, text }) => [relative(building, path), moduleOf(path, text)]))
const files = tests ? new Map([...modules].map(([path, { text }]) => [path, text])) : await writePacks()
if (tests) for (const [path, text] of files) write(path, REQUIRE_IN_MODULES + text)
rmSync(join(root, folder), { recursive: true, force: true })
renameSync(building, join(root, folder))
if (!quiet) printSizes()

async function writePacks() {
  const packs = await packsOf(modules, { target: TARGET, minify: true })
  for (const [path, text] of packs) {
    write(path, text)
    write(`${path}.cache`, codeCacheOf(text))
  }
  write('package.json', '{"type":"commonjs"}\n')
  // Which sources each file loads at its start: for the tests, not for users.
  write(
    'sources.json',
    JSON.stringify(Object.fromEntries([...packs.keys()].map((path) => [path, sourcesOf(path)]))),
  )
  return packs
}

function write(path, text) {
  mkdirSync(dirname(join(building, path)), { recursive: true })
  writeFileSync(join(building, path), text)
}

function outputAt(path) {
  return metafile.outputs[relative(root, join(building, path))]
}

function moduleOf(path, text) {
  const { entryPoint, imports } = metafile.outputs[relative(root, path)]
  const here = imports.filter((each) => each.external !== true)
  return {
    text,
    imports: here.map(({ path: to, kind }) => ({ path: relative(building, join(root, to)), kind })),
    isRoot:
      entryPoint !== undefined &&
      Object.values(entryPoints).some((entry) => join(root, entryPoint) === resolve(root, entry)),
  }
}

function sourcesOf(path) {
  return [...closureOf(path, modules)].flatMap((each) => Object.keys(outputAt(each).inputs))
}

/**
 * Parts of oclif that only its own runner and its own way to print use: plugins, help, templates, spinners, timing, wrapping.
 * A command requires them when it is loaded, and never calls them (docs/decisions/0003-bundle-with-esbuild.md).
 */
function withoutOclifRunner() {
  const unused =
    /^(ejs|clean-stack|\.\.?\/(config|help|help\/index|handle|performance|ux\/action\/\w+|action\/\w+))$/
  return {
    name: 'without-oclif-runner',
    setup({ onResolve, onLoad }) {
      const fromOclif = ({ importer }) => /@oclif.core.lib/.test(importer)
      onResolve({ filter: unused }, (asked) =>
        fromOclif(asked) ? { path: 'unused', namespace: 'oclif-runner' } : undefined,
      )
      onResolve({ filter: /^wrap-ansi$/ }, (asked) =>
        fromOclif(asked) ? { path: 'same-text', namespace: 'oclif-runner' } : undefined,
      )
      onLoad({ filter: /^unused$/, namespace: 'oclif-runner' }, () => ({
        contents: 'module.exports = class {}; module.exports.default = module.exports',
      }))
      // chalk is told which colours there are; what it finds out by itself is not used.
      onResolve({ filter: /^#supports-color$/ }, () => ({ path: 'no-detection', namespace: 'oclif-runner' }))
      onLoad({ filter: /^no-detection$/, namespace: 'oclif-runner' }, () => ({
        contents: 'export default { stdout: false, stderr: false }',
      }))
      onLoad({ filter: /^same-text$/, namespace: 'oclif-runner' }, () => ({
        contents: 'module.exports = (text) => text',
      }))
    },
  }
}

/**
 * oclif's definitions of flags and arguments load its errors, its help and its files, all of it for values that are refused or
 * for kinds of flags that lbctl does not have. They load them then: all these places are in asynchronous functions.
 */
function withFlagsAlone() {
  return {
    name: 'with-flags-alone',
    setup({ onLoad }) {
      onLoad({ filter: /@oclif.core.lib.(flags|args)\.js$/ }, ({ path }) => {
        let contents = readFileSync(path, 'utf8')
        const asked = [...contents.matchAll(/^const (\w+) = require\("(\.[^"]+)"\);\n/gm)]
        if (asked.length === 0) throw new Error(`${path} does not ask for its parts as it used to`)
        for (const [line, name, part] of asked)
          contents = contents.replace(line, '').replaceAll(`${name}.`, `(await import("${part}")).default.`)
        return { contents }
      })
    },
  }
}

function commands(folder = join(root, 'src/commands')) {
  const entries = {}
  for (const file of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (!file.isFile() || !/\.tsx?$/.test(file.name) || /\.test\.tsx?$/.test(file.name)) continue
    const path = join(file.parentPath, file.name)
    entries[`commands/${relative(folder, path).replace(/\.tsx?$/, '')}`] = path
  }
  return entries
}

function workers() {
  const all = { 'linux-responder-worker': 'src/linux/responder/worker.ts' }
  return Object.fromEntries(Object.entries(all).filter(([, path]) => existsSync(join(root, path))))
}

function fuzzEntries() {
  return { fuzz: 'test/fuzz/run.ts', 'fuzz-bgp': 'test/fuzz/bgp.ts' }
}

function printSizes() {
  for (const [path, text] of [...files].sort())
    console.log(`${`${folder}/${path}`.padEnd(44)} ${kilobytes(text.length).padStart(8)}`)
}

function kilobytes(bytes) {
  return `${(bytes / 1000).toFixed(0)} kB`
}
