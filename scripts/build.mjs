// src → dist: one file per command, with what they share in chunks, so that a command loads only what it needs.
// docs/decisions/0003-bundle-with-esbuild.md says why. With --tests: the fuzz targets → dist-test.
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { build } from 'esbuild'
import { commit, root, version } from './build-identity.mjs'

const quiet = process.argv.includes('--quiet')
const tests = process.argv.includes('--tests')
const folder = tests ? 'dist-test' : 'dist'
// Built beside its place and moved there when it is whole: a build that fails leaves what runs alone.
const building = join(root, `${folder}.${process.pid}`)

const entryPoints = tests ? fuzzEntries() : { boot: 'src/compose/boot.ts', ...commands(), ...workers() }
process.on('exit', () => rmSync(building, { recursive: true, force: true }))
const { metafile } = await build({
  absWorkingDir: root,
  entryPoints,
  outdir: building,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  minify: !tests,
  sourcemap: 'external',
  jsx: 'automatic',
  // Native addons stay packages; typescript is what oclif would load to run sources, which it never does here.
  external: ['koffi', '@koromix/koffi-*', 'typescript'],
  define: {
    'process.env.NODE_ENV': '"production"',
    LBCTL_VERSION: JSON.stringify(version),
    LBCTL_COMMIT: JSON.stringify(commit()),
  },
  // CommonJS packages inside the bundle call require.
  banner: {
    js: "import{createRequire as lbctlCreateRequire}from'node:module';const require=lbctlCreateRequire(import.meta.url);",
  },
  plugins: [withoutOclifRunner()],
  metafile: true,
  logLevel: 'warning',
})
rmSync(join(root, folder), { recursive: true, force: true })
renameSync(building, join(root, folder))
if (!quiet) printSizes(metafile)

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
      onLoad({ filter: /^same-text$/, namespace: 'oclif-runner' }, () => ({
        contents: 'module.exports = (text) => text',
      }))
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
  return { fuzz: 'test/fuzz/run.ts' }
}

function printSizes({ outputs }) {
  const entries = Object.entries(outputs).filter(([, output]) => output.entryPoint !== undefined)
  for (const [path, output] of entries.sort())
    console.log(
      `${path.replace(`${folder}.${process.pid}`, folder).padEnd(36)} ${kilobytes(loadedBytes(outputs, path)).padStart(8)} loaded at start, ${kilobytes(output.bytes)} its own`,
    )
}

/** Bytes of a file and of all that it imports statically. */
function loadedBytes(outputs, path, seen = new Set()) {
  if (seen.has(path) || outputs[path] === undefined) return 0
  seen.add(path)
  const statically = outputs[path].imports.filter((i) => i.kind === 'import-statement')
  return statically.reduce((sum, i) => sum + loadedBytes(outputs, i.path, seen), outputs[path].bytes)
}

function kilobytes(bytes) {
  return `${(bytes / 1000).toFixed(0)} kB`
}
