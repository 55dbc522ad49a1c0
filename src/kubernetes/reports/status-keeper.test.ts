// The keeper over real connections: what comes in another order than it happened.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { ApiClient } from '../client.ts'
import { openConnection } from '../connection.ts'
import { ScriptedServer, sendEvents, sendJson } from '../watch/testing/scripted-server.ts'
import { StatusKeeper } from './status-keeper.ts'
import { LAYER2_STATUS, statusLabels } from './status-records.ts'

const object = (name: string, version: number, service = 'web') => ({
  metadata: {
    name,
    namespace: 'metallb-system',
    uid: `uid-${name}`,
    resourceVersion: String(version),
    labels: statusLabels('node1', 'shop', service),
  },
})

it('a status that goes before the answer about it has come is written anew', async () => {
  const server = await ScriptedServer.start()
  const directory = mkdtempSync(join(tmpdir(), 'lbctl-keeper-'))
  const kubeconfig = join(directory, 'config')
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'test',
      clusters: [{ name: 'test', cluster: { server: server.url, 'insecure-skip-tls-verify': true } }],
      users: [{ name: 'test', user: { token: 'token' } }],
      contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    }),
  )
  const connection = openConnection({ kubeconfig, env: {} })
  const posts: ServerResponse[] = []
  const deletions: string[] = []
  let watch: ServerResponse | undefined
  server.reply = (response, { path, query }) => {
    if (response.req.method === 'POST') posts.push(response)
    else if (response.req.method === 'DELETE') {
      deletions.push(path)
      sendJson(response, 200, {})
    } else if (query['sendInitialEvents'] !== undefined)
      sendJson(response, 422, { kind: 'Status', code: 422 })
    else if (query['watch'] === undefined)
      sendJson(response, 200, { metadata: { resourceVersion: '1' }, items: [] })
    else {
      watch = response
      sendEvents(response, [], 1)
    }
  }
  const keeper = new StatusKeeper({
    client: new ApiClient(connection),
    kind: LAYER2_STATUS,
    namespace: 'metallb-system',
    node: 'node1',
    owner: undefined,
    onTrouble: () => undefined,
  })
  const until = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 10_000, interval: 5 })
  try {
    keeper.set('shop/web', [])
    keeper.start()
    await until(() => expect([posts.length, watch]).toEqual([1, expect.anything()]))
    const told = [
      { type: 'ADDED', object: object('l2-a', 2) },
      { type: 'DELETED', object: object('l2-a', 3) },
      // Nobody wants this one: when it is removed, what was told before it is known.
      { type: 'ADDED', object: object('l2-b', 4, 'other') },
    ]
    if (watch !== undefined) sendEvents(watch, told, 1000)
    await until(() => expect(deletions.join()).toMatch(/\/l2-b$/))
    const [first] = posts
    if (first !== undefined) sendJson(first, 201, object('l2-a', 2))
    await until(() => expect(posts).toHaveLength(2))
  } finally {
    await keeper.cleanUp()
    connection.close()
    await server.stop()
    rmSync(directory, { recursive: true })
  }
}, 40_000)
