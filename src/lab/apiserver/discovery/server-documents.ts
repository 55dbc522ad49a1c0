// /version and the health paths.
import { plainText } from '../http/plain-text.ts'
import type { ApiAnswer, ApiRequest } from '../http/request.ts'

/** What this server behaves like. It says in gitVersion that it is none. */
const VERSION = {
  major: '1',
  minor: '33',
  emulationMajor: '1',
  emulationMinor: '33',
  minCompatibilityMajor: '1',
  minCompatibilityMinor: '32',
  gitVersion: 'v1.33.0+lbctl-lab',
  gitCommit: 'none: an API server for laboratories, not for production',
  gitTreeState: 'clean',
  buildDate: '2026-01-01T00:00:00Z',
  goVersion: 'none',
  compiler: 'none',
  platform: 'linux/amd64',
}

const HEALTH = new Set(['/healthz', '/livez', '/readyz'])
const CHECKS = ['ping', 'log', 'etcd', 'informer-sync']

export function serverDocument(request: ApiRequest): ApiAnswer | undefined {
  const path = request.path.replace(/\/$/, '')
  if (path === '/version') return { code: 200, body: VERSION }
  if (HEALTH.has(path)) {
    if (!request.query.has('verbose')) return plainText(200, 'ok')
    const lines = CHECKS.map((check) => `[+]${check} ok`)
    return plainText(200, `${lines.join('\n')}\n${path.slice(1)} check passed\n`)
  }
  return undefined
}
