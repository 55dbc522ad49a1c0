// Builds the responder's thread from the sources, into a folder from which koffi can be found.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('../../', import.meta.url))

export interface BuiltFile {
  readonly url: URL
  remove(): void
}

/** One self-contained ES module from a source file below the root. */
export async function buildFile(entry: string): Promise<BuiltFile> {
  const folder = mkdtempSync(`${root}node_modules/.lbctl-test-`)
  // Tests run it as another user, too.
  chmodSync(folder, 0o755)
  const outfile = `${folder}/built.mjs`
  await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    external: ['koffi', 'vitest'],
    logLevel: 'error',
  })
  return { url: pathToFileURL(outfile), remove: () => rmSync(folder, { recursive: true, force: true }) }
}

export const buildResponderWorker = (): Promise<BuiltFile> => buildFile('src/linux/responder/worker.ts')
