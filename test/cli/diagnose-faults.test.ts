// Every fault that objects alone can show, served by the API server of the laboratory as a broken cluster would serve it: what is
// listed, discovered, selected and trimmed on the way must leave the finding as it is. Its healthy twin is clean. One fault of each code
// is also put to the built command.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { judgedView } from '../../src/compose/diagnose-cluster.ts'
import { clusterInput } from '../../src/compose/diagnose-cluster-input.ts'
import { customResourceDefinitions } from '../../src/config/crds/custom-resource-definitions.ts'
import type { KubeObject } from '../../src/config/kube-object.ts'
import type { ClusterVerdict } from '../../src/diagnose/cluster/judge-cluster.ts'
import { textAt } from '../../src/diagnose/cluster/object-fields.ts'
import { FAULT_CASES } from '../../src/diagnose/cluster/testing/all-cases.ts'
import { type FaultCase, isOfObjects, worldWith } from '../../src/diagnose/cluster/testing/cases.ts'
import { healthyWorld, NOW, type World } from '../../src/diagnose/cluster/testing/world.ts'
import { startApiServer } from '../../src/lab/apiserver/api-server.ts'
import { lbctl } from '../support/cli.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lbctl-diagnose-faults-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const OF_OBJECTS = FAULT_CASES.filter(isOfObjects)
const ONE_OF_EACH = [
  ...new Map([...OF_OBJECTS].reverse().map((each) => [each.code, each])).values(),
].reverse()

/** Moved to today: the command takes the time from the clock. */
function todaysObjects({ planes }: World): readonly KubeObject[] {
  const offset = Date.now() - Date.parse(NOW)
  const text = JSON.stringify(Object.values(planes).flat()).replaceAll(
    /"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)"/g,
    (_, time: string) => `"${new Date(Date.parse(time) + offset).toISOString().replace(/\.\d+Z$/, 'Z')}"`,
  )
  return JSON.parse(text) as KubeObject[]
}

const OWN = customResourceDefinitions() as readonly KubeObject[]
const idOf = (group: string, kind: string): string => `${group}/${kind}`
const OWN_KINDS = new Set(
  OWN.map((definition) =>
    idOf(textAt(definition, 'spec', 'group') ?? '', textAt(definition, 'spec', 'names', 'kind') ?? ''),
  ),
)

/** Definitions of the kinds of others that are among the objects, as loose as can be. */
function definitionsOf(objects: readonly KubeObject[]): readonly object[] {
  const foreign = new Map<string, object>()
  for (const { apiVersion, kind, metadata } of objects) {
    const [group = '', version = ''] = apiVersion.split('/')
    if (!group.includes('.') || group.endsWith('k8s.io') || OWN_KINDS.has(idOf(group, kind))) continue
    const plural = `${kind.toLowerCase()}s`
    const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } }
    foreign.set(idOf(group, kind), {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `${plural}.${group}` },
      spec: {
        group,
        names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
        scope: metadata.namespace === undefined ? 'Cluster' : 'Namespaced',
        versions: [{ name: version, served: true, storage: true, schema }],
      },
    })
  }
  return [...foreign.values()]
}

/** Serves the world as long as it is used. */
async function served<T>(world: World, use: (kubeconfig: string) => Promise<T>): Promise<T> {
  const server = await startApiServer()
  try {
    const objects = todaysObjects(world)
    server.applyObjects(OWN)
    server.applyObjects(definitionsOf(objects))
    server.applyObjects(objects)
    const path = join(folder, `kubeconfig-${server.port}`)
    writeFileSync(path, server.kubeconfig())
    return await use(path)
  } finally {
    await server.stop()
  }
}

const verdictOn = (world: World): Promise<ClusterVerdict> =>
  served(world, async (kubeconfig) => {
    const facts = await clusterInput({ kubeconfig }, [], () => undefined, AbortSignal.timeout(30_000))
    return judgedView(facts, { 'fail-on': 'warning' }).verdict
  })

describe.each(OF_OBJECTS)(
  '$code $check: $name',
  ({ code, check, says, fault, severity = 'error', beside = [], twin }) => {
    it('comes first from an API server, and nothing of its twin', async () => {
      const { findings, checks } = await verdictOn(worldWith(fault))
      expect(findings.map((each) => each.code)).toEqual([code, ...beside])
      expect(findings[0]).toMatchObject({ check, severity })
      expect(findings[0]?.title).toMatch(says)
      expect(checks.filter(({ result }) => result === 'unknown')).toEqual([])
      if (twin !== undefined) expect((await verdictOn(worldWith(twin))).findings).toEqual([])
    }, 60_000)
  },
)

it('says nothing of the healthy world', async () => {
  expect((await verdictOn(healthyWorld())).findings).toEqual([])
}, 60_000)

describe('the built command', () => {
  // Two at a time: each is a process of its own.
  const pairs = ONE_OF_EACH.flatMap((each, index) =>
    index % 2 === 0 ? [[each, ...ONE_OF_EACH.slice(index + 1, index + 2)]] : [],
  )

  it.each(pairs.map((pair) => [pair.map(({ code }) => code).join(' and '), pair] as const))(
    'says first %s',
    async (_, pair) => {
      await Promise.all(pair.map(saidFirst))
    },
    120_000,
  )
})

const saidFirst = ({ code, fault, severity = 'error' }: FaultCase): Promise<void> =>
  served(worldWith(fault), async (kubeconfig) => {
    const words = ['diagnose', 'all', '--kubeconfig', kubeconfig, '--fail-on', 'warning', '-o', 'json']
    const { stdout, code: exitCode } = await lbctl(words)
    expect(JSON.parse(stdout).reports[0].findings[0].code).toBe(code)
    expect(exitCode).toBe(severity === 'info' ? 0 : 1)
  })
