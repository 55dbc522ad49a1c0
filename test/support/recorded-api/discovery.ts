// Discovery of the groups that lbctl asks about. The lists of metallb.io are the recorded ones.
import recorded from '../../fixtures/kubernetes/replay-discovery.json' with { type: 'json' }
import { type Answer, json, pageNotFound } from './answers.ts'

const RECORDED: readonly { request: { path: string }; response: { status: number; body: unknown } }[] =
  recorded

export function discovery(request: { method: string; path: string }, metallb: boolean): Answer | undefined {
  if (request.method !== 'GET') return undefined
  if (request.path === '/version') return json(200, { major: '1', minor: '33', gitVersion: 'v1.33.13' })
  if (!/^\/apis\/[^/]+(\/[^/]+)?$/.test(request.path)) return undefined
  const found = RECORDED.find(
    ({ request: { path }, response }) => path === request.path && response.status === 200,
  )
  if (found === undefined || (!metallb && request.path.startsWith('/apis/metallb.io'))) throw pageNotFound()
  return json(200, found.response.body)
}
