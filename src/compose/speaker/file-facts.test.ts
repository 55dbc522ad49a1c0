import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { FactChange } from '../../speaker/facts/facts.ts'
import { FileFacts } from './file-facts.ts'

let directory = ''
let facts: FileFacts | undefined
const told: (readonly FactChange[])[] = []

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'lbctl-facts-'))
  told.length = 0
})
afterEach(async () => {
  await facts?.stop()
  rmSync(directory, { recursive: true })
})

const write = (name: string, text: string): void => writeFileSync(join(directory, name), text)
const service = (name: string, address: string): string =>
  `apiVersion: v1\nkind: Service\nmetadata: {name: ${name}, annotations: {metallb.io/loadBalancerIPs: ${address}}}\nspec: {type: LoadBalancer}\n`
const pool = (addresses: string): string =>
  `apiVersion: metallb.io/v1beta1\nkind: IPAddressPool\nmetadata: {name: p, namespace: metallb-system}\nspec: {addresses: [${addresses}]}\n`

async function start(): Promise<void> {
  facts = new FileFacts({
    judgesPerNode: true,
    paths: [directory],
    isBeingWritten: () => false,
    onTrouble: () => undefined,
    thisNode: { name: 'me', labels: {}, networkUnavailable: false, unschedulable: false, addresses: [] },
  })
  await facts.start((changes) => told.push(changes))
}

async function next(count: number): Promise<readonly FactChange[]> {
  const end = Date.now() + 10_000
  while (told.length < count) {
    if (Date.now() > end) throw new Error(`only ${told.length} changes were told`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  return told[count - 1] ?? []
}

const kinds = (changes: readonly FactChange[]): string[] => changes.map(({ kind }) => kind)

it('all that the files say comes first, with this host as a node, and then only what changed', async () => {
  write('a.yaml', pool('192.0.2.0/24'))
  write('b.yaml', `${service('web', '192.0.2.1')}---\n${service('db', '192.0.2.2')}`)
  await start()
  expect(kinds(told[0] ?? [])).toEqual(['configuration', 'node', 'service', 'service'])
  expect(told[0]?.[2]).toMatchObject({ service: { name: 'web', ingress: ['192.0.2.1'] } })
  write('b.yaml', `${service('web', '192.0.2.1')}---\n${service('db', '192.0.2.3')}`)
  expect(await next(2)).toMatchObject([{ kind: 'service', service: { name: 'db', ingress: ['192.0.2.3'] } }])
})

it('of two Services with one name the later one counts, and the earlier one again when it goes', async () => {
  write('a.yaml', service('web', '192.0.2.1'))
  write('b.yaml', service('web', '192.0.2.2'))
  await start()
  write('b.yaml', service('db', '192.0.2.2'))
  const services = (await next(2)).flatMap((change) => (change.kind === 'service' ? change.service : []))
  expect(services.map(({ name, ingress }) => `${name} ${ingress}`)).toEqual(['web 192.0.2.1', 'db 192.0.2.2'])
})

it('Services come, go and change in a file that is replaced', async () => {
  write('a.yaml', service('other', '192.0.2.9'))
  write('b.yaml', `${service('web', '192.0.2.1')}---\n${service('db', '192.0.2.2')}`)
  await start()
  write('.b', `${service('web', '192.0.2.3')}---\n${service('new', '192.0.2.2')}`)
  renameSync(join(directory, '.b'), join(directory, 'b.yaml'))
  expect(await next(2)).toMatchObject([
    { kind: 'service-deleted', name: 'db' },
    { kind: 'service', service: { name: 'web', ingress: ['192.0.2.3'] } },
    { kind: 'service', service: { name: 'new' } },
  ])
  write('.b', service('other', '192.0.2.8'))
  renameSync(join(directory, '.b'), join(directory, 'b.yaml'))
  expect(kinds(await next(3)).toSorted()).toEqual(['service', 'service-deleted', 'service-deleted'])
  write('.b', service('web', '192.0.2.8'))
  renameSync(join(directory, '.b'), join(directory, 'b.yaml'))
  expect(await next(4)).toMatchObject([
    { kind: 'service', service: { name: 'other', ingress: ['192.0.2.9'] } },
    { kind: 'service', service: { name: 'web', ingress: ['192.0.2.8'] } },
  ])
})

it('a node of the files takes the place of this host', async () => {
  write('a.yaml', 'apiVersion: v1\nkind: Node\nmetadata: {name: me, labels: {rack: "1"}}\n')
  await start()
  expect(told[0]).toMatchObject([
    { kind: 'configuration' },
    { kind: 'node', node: { labels: { rack: '1' } } },
  ])
})

it('a text that cannot be read refuses the whole change, and its mending is told', async () => {
  write('a.yaml', pool('192.0.2.0/24'))
  write('b.yaml', service('web', '192.0.2.1'))
  await start()
  write('b.yaml', 'apiVersion: v1\nkind: [')
  const refused = await next(2)
  expect(refused).toMatchObject([{ kind: 'configuration', configuration: { ok: false } }])
  write('b.yaml', service('web', '192.0.2.1'))
  expect(await next(3)).toMatchObject([{ kind: 'configuration', configuration: { ok: true } }])
})

it('an invalid configuration does not keep Services from changing', async () => {
  write('a.yaml', pool('192.0.2.0/24'))
  write('b.yaml', service('web', '192.0.2.1'))
  await start()
  write('a.yaml', pool('nonsense'))
  const [invalid] = await next(2)
  expect(invalid).toMatchObject({ kind: 'configuration', configuration: { ok: false } })
  const problem =
    invalid?.kind === 'configuration' && !invalid.configuration.ok
      ? invalid.configuration.error[0]
      : undefined
  expect(problem?.at?.source.name).toBe(join(directory, 'a.yaml'))
  write('b.yaml', service('web', '192.0.2.9'))
  expect(kinds(await next(3))).toEqual(['service'])
  write('a.yaml', pool('192.0.2.0/25'))
  expect(await next(4)).toMatchObject([{ kind: 'configuration', configuration: { ok: true } }])
})
