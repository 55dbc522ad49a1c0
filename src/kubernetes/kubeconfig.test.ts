import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { loadKubeconfig } from './kubeconfig.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lbctl-kubeconfig-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** All of a cluster, a user and a context are called `name`, as kubeadm calls them on every cluster. */
function write(file: string, server: string, user: object = { token: server }, name = 'kubernetes'): string {
  const text = {
    ...{ apiVersion: 'v1', kind: 'Config', 'current-context': name },
    clusters: [{ name, cluster: { server: `https://${server}:6443` } }],
    users: [{ name, user }],
    contexts: [{ name, context: { cluster: name, user: name } }],
  }
  mkdirSync(join(folder, file, '..'), { recursive: true })
  writeFileSync(join(folder, file), JSON.stringify(text))
  return join(folder, file)
}

it('of several files the first one that names a thing counts, and one that is not there is passed over', () => {
  const files = [join(folder, 'none'), write('a', 'one'), write('b', 'two'), write('c', 'three', {}, 'other')]
  const { client } = loadKubeconfig({ env: { KUBECONFIG: files.join(delimiter) } })
  expect(client.getCurrentCluster()?.server).toBe('https://one:6443')
  expect(client.getCurrentUser()?.token).toBe('one')
  expect(client.getContexts().map(({ name }) => name)).toEqual(['kubernetes', 'other'])
  const other = loadKubeconfig({ env: { KUBECONFIG: files.join(delimiter) }, context: 'other' })
  expect(other.client.getCurrentCluster()?.server).toBe('https://three:6443')
  expect(() => loadKubeconfig({ env: { KUBECONFIG: join(folder, 'none') } })).toThrow(/none does not exist/)
})

it('knows tokenFile, which wins over token, and paths that are relative to their own file', () => {
  const user = { tokenFile: 'secrets/token', token: 'of no use' }
  const { client } = loadKubeconfig({ kubeconfig: write('below/a', 'one', user) })
  expect(client.getCurrentUser()).toMatchObject({
    authProvider: { config: { tokenFile: join(folder, 'below/secrets/token') } },
  })
  expect(client.getCurrentUser()?.token).toBeUndefined()
})

it('tells a plugin what it asks for, and finds it beside its file', () => {
  const exec = {
    apiVersion: 'client.authentication.k8s.io/v1',
    command: './plugin',
    env: [{ name: 'A', value: 'b' }],
  }
  const of = (more: object) =>
    loadKubeconfig({ kubeconfig: write('a', 'one', { exec: { ...exec, ...more } }) }).client.getCurrentUser()
      ?.exec
  const info = (found: { env: { name: string; value: string }[] }) =>
    JSON.parse(found.env.at(-1)?.value ?? '')
  const plain = of({})
  expect(plain).toMatchObject({
    command: join(folder, 'plugin'),
    env: [{ name: 'A' }, { name: 'KUBERNETES_EXEC_INFO' }],
  })
  expect(info(plain)).toEqual({
    apiVersion: exec.apiVersion,
    kind: 'ExecCredential',
    spec: { interactive: false },
  })
  expect(info(of({ provideClusterInfo: true })).spec.cluster).toMatchObject({ server: 'https://one:6443' })
  // A bare name is looked up in PATH.
  expect(of({ command: 'plugin' }).command).toBe('plugin')
})

it('goes as the groups that the user is to be taken for', () => {
  const user = { as: 'jane', 'as-groups': ['ops', 'dev'], 'as-uid': '7' }
  expect(loadKubeconfig({ kubeconfig: write('a', 'one', user) }).headers).toEqual({
    'Impersonate-Group': ['ops', 'dev'],
    'Impersonate-Uid': '7',
  })
})
