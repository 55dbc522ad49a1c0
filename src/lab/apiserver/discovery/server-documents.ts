// The list of paths, /version, and the health paths.
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

/** What a real server looks at besides its start-up hooks, in its order. */
const CHECKS: Readonly<Record<string, readonly string[]>> = {
  healthz: ['ping', 'log', 'etcd'],
  livez: ['ping', 'log', 'etcd'],
  readyz: ['ping', 'log', 'informer-sync', 'shutdown'],
}

/** @param groupPaths `/apis/GROUP` and `/apis/GROUP/VERSION` of all that is served */
export function serverDocument(
  request: ApiRequest,
  groupPaths: () => readonly string[],
): ApiAnswer | undefined {
  const path = request.path.replace(/\/$/, '')
  if (path === '') return { code: 200, body: { paths: rootPaths(groupPaths()) } }
  if (path === '/version') return { code: 200, body: VERSION }
  const [, probe = '', check, ...more] = path.split('/')
  const checks = CHECKS[probe]
  if (checks === undefined || more.length > 0) return undefined
  if (check !== undefined) return checks.includes(check) ? plainText(200, 'ok') : undefined
  if (!request.query.has('verbose')) return plainText(200, 'ok')
  const lines = checks.map((each) => `[+]${each} ok`)
  return plainText(200, `${lines.join('\n')}\n${probe} check passed\n`)
}

const rootPaths = (groupPaths: readonly string[]): readonly string[] =>
  [
    ...['/api', '/api/v1', '/apis', '/apis/', '/openapi/v2', '/openapi/v3', '/openapi/v3/', '/version'],
    ...groupPaths,
    ...Object.entries(CHECKS).flatMap(([probe, checks]) => [
      `/${probe}`,
      ...checks.map((each) => `/${probe}/${each}`),
    ]),
  ].sort()
