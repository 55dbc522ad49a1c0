// Where the thread's file is. It is built beside the commands (dist/linux-responder-worker.js); the code that asks may run
// from a chunk in dist, from a deeper folder of it, or from the sources.
import { existsSync } from 'node:fs'
import { LbctlError } from '../../errors/lbctl-error.ts'

export const WORKER_FILE = 'linux-responder-worker.js'

/** Folders that are looked into on the way up. */
const LEVELS = 5

/** Throws LbctlError('unsupported') when this installation has no such file. @param from URL of the module that asks */
export function workerUrl(from: string = import.meta.url, exists: (url: URL) => boolean = existsSync): URL {
  let folder = new URL('.', from)
  for (let level = 0; level < LEVELS; level++) {
    for (const place of [WORKER_FILE, `dist/${WORKER_FILE}`]) {
      const url = new URL(place, folder)
      if (exists(url)) return url
    }
    folder = new URL('..', folder)
  }
  throw new LbctlError(
    'unsupported',
    `This installation of lbctl lacks the file ${WORKER_FILE}, which answers ARP and NDP.`,
    {
      hints: ['Install lbctl again; from a checkout, run npm run build.'],
    },
  )
}
