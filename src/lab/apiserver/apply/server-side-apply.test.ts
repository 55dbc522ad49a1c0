import { describe, expect, it } from 'vitest'
import applies from '../../../../test/vectors/apiserver/applies.json' with { type: 'json' }
import crds from '../../../../test/vectors/apiserver/metallb-crds.json' with { type: 'json' }
import updates from '../../../../test/vectors/apiserver/ownership-of-updates.json' with { type: 'json' }
import { compileSchema } from '../schema/compile.ts'
import { deepCopy, type JsonObject } from '../schema/json-values.ts'
import { type ApplyOutcome, serverSideApply, trackUpdate } from './server-side-apply.ts'

interface Stored extends JsonObject {
  apiVersion: string
  kind: string
  metadata: JsonObject
}
interface Recorded {
  step: string
  manager: string
  subresource: string
  before: Stored | null
}
type RecordedUpdate = Recorded & { after: Stored; sent?: unknown }
type RecordedApply = Recorded & {
  applied: Stored
  force: boolean
  after?: Stored
  conflicts?: { reason: string; message: string; field: string }[]
}

const NOW = '2026-01-01T00:00:00Z'
const schemas = new Map<string, unknown>(
  crds.flatMap((crd) =>
    crd.spec.versions.map((version): [string, unknown] => [
      `metallb.io/${version.name}/${crd.spec.names.kind}`,
      version.schema.openAPIV3Schema,
    ]),
  ),
)
const schemaOf =
  ({ apiVersion, kind }: Stored) =>
  (): unknown =>
    schemas.get(`${apiVersion}/${kind}`)

describe('trackUpdate, against the managedFields of a real API server', () => {
  for (const { step, manager, subresource, before, after, sent } of updates as unknown as RecordedUpdate[]) {
    it(`${after.kind}: ${step}`, () => {
      const { managedFields, ...metadata } = after.metadata
      const written: Stored = { ...after, metadata }
      if (sent !== undefined) metadata['managedFields'] = sent
      const tracked = trackUpdate({
        before: before ?? undefined,
        after: written,
        manager,
        operation: 'Update',
        subresource,
        version: after.apiVersion,
        nowIso: NOW,
        schemaOf: schemaOf(after),
      })
      expect((tracked['metadata'] as JsonObject)['managedFields']).toEqual(managedFields)
    })
  }
})

describe('serverSideApply, against a real API server', () => {
  for (const recorded of applies as unknown as RecordedApply[]) {
    const { step, manager, subresource, before, applied, force, after, conflicts } = recorded
    it(`${applied.kind} by ${manager}: ${step}`, () => {
      const outcome = serverSideApply({
        live: before ?? undefined,
        applied,
        manager,
        force,
        subresource,
        version: applied.apiVersion,
        nowIso: NOW,
        schemaOf: schemaOf(applied),
      })
      if (!outcome.ok) {
        expect(outcome.conflicts.map(({ message, field }) => ({ message, field }))).toEqual(
          conflicts?.map(({ message, field }) => ({ message, field })),
        )
        return
      }
      expect(conflicts).toBeUndefined()
      const { object } = outcome
      expect((object['metadata'] as JsonObject)['managedFields']).toEqual(after?.metadata['managedFields'])
      if (schemas.has(`${applied.apiVersion}/${applied.kind}`)) {
        compileSchema(schemaOf(applied)()).applyDefaults(object)
        expect({ spec: object['spec'], status: object['status'] }).toEqual({
          spec: after?.['spec'],
          status: after?.['status'],
        })
      }
    })
  }

  const service = (ports: object[], more: object = {}): Stored => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web' },
    spec: { ports, ...more },
  })
  const apply = (live: unknown, applied: Stored, manager: string, force = false): ApplyOutcome =>
    serverSideApply({
      live,
      applied,
      manager,
      force,
      subresource: '',
      version: applied.apiVersion,
      nowIso: NOW,
      schemaOf: schemaOf(applied),
    })
  const applied = (live: unknown, configuration: Stored, manager: string): JsonObject => {
    const outcome = apply(live, configuration, manager)
    if (!outcome.ok) throw new Error(JSON.stringify(outcome.conflicts))
    return outcome.object
  }

  it('keeps the order of items that both name and puts new ones where the applier has them', () => {
    const port = (number: number) => ({ port: number, protocol: 'TCP' })
    const live = applied(undefined, service([1, 2, 3].map(port)), 'alpha')
    const object = applied(live, service([4, 3, 5].map(port)), 'beta')
    expect((object['spec'] as { ports: { port: number }[] }).ports.map((entry) => entry.port)).toEqual([
      1, 2, 4, 3, 5,
    ])
  })

  it('refuses a list with one key twice, and names the key', () => {
    const twice = service([
      { port: 80, protocol: 'TCP' },
      { port: 80, name: 'b' },
    ])
    expect(() => apply(undefined, twice, 'alpha')).toThrow(
      '.spec.ports: duplicate entries for key [port=80,protocol="TCP"]',
    )
  })

  it('takes over what kubectl applied client-side, and keeps its annotation in step', () => {
    const annotation = 'kubectl.kubernetes.io/last-applied-configuration'
    const configuration = service([{ port: 80, protocol: 'TCP' }], { type: 'LoadBalancer' })
    const written: Stored = {
      ...configuration,
      metadata: { name: 'web', annotations: { [annotation]: JSON.stringify(configuration) } },
    }
    const live = trackUpdate({
      before: undefined,
      after: written,
      manager: 'kubectl-client-side-apply',
      operation: 'Update',
      subresource: '',
      version: 'v1',
      nowIso: NOW,
      schemaOf: () => undefined,
    })
    const changed = service([{ port: 80, protocol: 'TCP' }], { type: 'NodePort' })
    expect(apply(live, changed, 'someone else').ok).toBe(false)
    const outcome = apply(live, changed, 'kubectl')
    const metadata = outcome.ok ? (outcome.object['metadata'] as { annotations: JsonObject }) : undefined
    expect(JSON.parse(String(metadata?.annotations[annotation]))).toEqual(changed)
    // A field that the annotation does not name stays a conflict.
    const foreign = deepCopy(live)
    const annotations = (foreign['metadata'] as { annotations: JsonObject }).annotations
    annotations[annotation] = JSON.stringify(service([]))
    expect(apply(foreign, changed, 'kubectl').ok).toBe(false)
  })
})
