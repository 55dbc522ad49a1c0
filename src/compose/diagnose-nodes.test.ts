import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { formatIp } from '../net/ip.ts'
import { readNodes } from './diagnose-nodes.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lbctl-nodes-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const read = async (text: string) => {
  const path = join(folder, 'nodes')
  writeFileSync(path, text)
  const nodes = await readNodes(path)
  return nodes.map(({ name, addresses, macs }) => [name, addresses.map(formatIp), macs])
}
const status = {
  addresses: [
    { type: 'InternalIP', address: '192.0.2.3' },
    { type: 'Hostname', address: 'n1' },
  ],
}
const N1 = ['n1', ['192.0.2.3'], []]

it('lines', async () => {
  expect(await read('# all\n n1  192.0.2.3, 52-54-00-00-00-0A\n\nn2 2001:db8::1 # other\n')).toEqual([
    ['n1', ['192.0.2.3'], ['52:54:00:00:00:0a']],
    ['n2', ['2001:db8::1'], []],
  ])
})

it('objects as kubectl and the API print them', async () => {
  const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' }, status }
  const { kind: _, ...bare } = node
  expect(await read(JSON.stringify(node))).toEqual([N1])
  expect(await read(JSON.stringify({ kind: 'List', items: [node] }))).toEqual([N1])
  expect(await read(JSON.stringify({ kind: 'NodeList', items: [bare] }))).toEqual([N1])
  expect(
    await read(
      'apiVersion: v1\nkind: Node\nmetadata: {name: n1}\nstatus: {addresses: [{address: 192.0.2.3}]}\n',
    ),
  ).toEqual([N1])
})

it.each([
  ['n1\n', 'Line 1'],
  ['n1 192.0.2.3\nn2 192.0.2.300\n', 'Line 2'],
  ['', 'There is no node'],
  ['{"kind": "List", "items": [{"kind": "Pod", "metadata": {"name": "p"}}]}', 'There is no node'],
  ['{"kind": ', 'neither JSON nor YAML'],
])('%j is refused', async (text, said) => {
  await expect(read(text)).rejects.toMatchObject({ kind: 'input', message: expect.stringContaining(said) })
})

it('a file that is not there', async () => {
  await expect(readNodes(join(folder, 'none'))).rejects.toMatchObject({ kind: 'input' })
})
