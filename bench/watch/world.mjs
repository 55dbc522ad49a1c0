// The laboratory's API server with many objects, and what happens to them while nobody listens.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { serviceOf, sliceOf } from './objects.mjs'

/** @param count of Services, and of EndpointSlices */
export async function startWorld(count) {
  // Below the package, so that what is not bundled is found.
  const folder = mkdtempSync(
    join(fileURLToPath(new URL('../../node_modules/', import.meta.url)), '.lbctl-bench-'),
  )
  const files = mkdtempSync(join(tmpdir(), 'lbctl-bench-'))
  await build({
    entryPoints: {
      ours: fileURLToPath(new URL('./ours.ts', import.meta.url)),
      server: fileURLToPath(new URL('../../src/lab/apiserver/api-server.ts', import.meta.url)),
    },
    ...{ bundle: true, format: 'esm', platform: 'node', target: 'node20.19', packages: 'external' },
    ...{ outdir: folder, outExtension: { '.js': '.mjs' } },
  })
  const { startApiServer } = await import(pathToFileURL(join(folder, 'server.mjs')).href)
  const server = await startApiServer()
  const indexes = Array.from({ length: count }, (_, index) => index)
  server.applyObjects(indexes.map((index) => serviceOf(index)))
  server.applyObjects(indexes.map(sliceOf))
  const kubeconfig = join(files, 'kubeconfig')
  writeFileSync(kubeconfig, server.kubeconfig())
  return {
    kubeconfig,
    ours: join(folder, 'ours.mjs'),
    naive: fileURLToPath(new URL('./naive.mjs', import.meta.url)),
    objects: 2 * count,
    keyOf: (index) => `ns${index % 100}/svc${index}`,
    /**
     * Cuts every watch; gives the first `changed` Services other addresses and the next `noisy` ones another annotation, and adds one; then
     * forgets the past. `round` is another one each time.
     */
    cutAndChange: ({ changed, noisy, added, round }) => {
      server.faults.cutWatches()
      server.applyObjects([
        ...indexes.slice(0, changed).map((index) => withAddress(index, round)),
        ...indexes.slice(changed, changed + noisy).map((index) => withNoise(index, round)),
        serviceOf(added),
      ])
      server.faults.compact()
    },
    stop: async () => {
      await server.stop()
      for (const each of [folder, files]) rmSync(each, { recursive: true })
    },
  }
}

/** A change that a speaker is interested in. */
function withAddress(index, round) {
  const service = serviceOf(index)
  service.status.loadBalancer.ingress[0].ip = `192.168.${round % 200}.${index}`
  return service
}

/** One that it is not. */
function withNoise(index, round) {
  const service = serviceOf(index)
  service.metadata.annotations.note = `round ${round}`
  return service
}
