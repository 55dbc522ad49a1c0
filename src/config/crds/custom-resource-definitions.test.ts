import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadAll } from 'js-yaml'
import { describe, expect, it } from 'vitest'
import { NEWEST_RELEASE } from '../schema/release.ts'
import { customResourceDefinitions } from './custom-resource-definitions.ts'
import { sentence } from './open-api.ts'
import { structureOf } from './testing/structure.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const lines = (crds: readonly unknown[]) => `${crds.flatMap(structureOf).join('\n')}\n`

/** Where MetalLB's own CRDs lie as files, when there are any. */
const reference = process.env['LBCTL_METALLB_CRDS'] ?? join(root, '../shared/kubernetes/crds')
const hasReference = existsSync(reference)
if (!hasReference)
  process.stderr.write(
    `left out: the comparison with MetalLB's own CRDs (no folder ${reference}; set LBCTL_METALLB_CRDS)\n`,
  )

describe('custom resource definitions', () => {
  it(`have the structure of MetalLB ${NEWEST_RELEASE}, as it was compared with MetalLB's own`, async () => {
    const text = lines(customResourceDefinitions())
    await expect(text).toMatchFileSnapshot('../../../test/golden/crds/structure.txt')
  })

  // The one above is what this came to when the files were there; without them there is nothing to leave out.
  if (hasReference)
    it("have the structure of MetalLB's own files", () => {
      const files = readdirSync(reference).filter((name) => name.endsWith('.yaml'))
      expect(files).toHaveLength(9)
      const theirs = files.sort().flatMap((name) => loadAll(readFileSync(join(reference, name), 'utf8')))
      expect(lines(customResourceDefinitions())).toBe(lines(theirs))
    })

  it('say in every field what it is for', () => {
    const silent = customResourceDefinitions().flatMap((crd) =>
      undescribed(crd.spec.versions, crd.metadata.name),
    )
    expect(silent).toEqual([])
  })

  it('warn of the old version of BGPPeer and name the one to use', () => {
    const versions = customResourceDefinitions().find((crd) => crd.metadata.name === 'bgppeers.metallb.io')
      ?.spec.versions
    expect(
      versions?.map(({ name, storage, deprecationWarning }) => ({ name, storage, deprecationWarning })),
    ).toEqual([
      {
        name: 'v1beta1',
        storage: false,
        deprecationWarning: 'BGPPeer of metallb.io/v1beta1 is deprecated; use metallb.io/v1beta2',
      },
      { name: 'v1beta2', storage: true, deprecationWarning: undefined },
    ])
  })

  it('ask a webhook for other versions of the only kind that has several', () => {
    const hook = { namespace: 'lb', service: 'hook', path: '/convert', caBundle: 'Q0E=' }
    const converted = customResourceDefinitions({ conversion: hook, labels: { app: 'x' } })
    expect(
      converted.filter((crd) => crd.spec.conversion !== undefined).map((crd) => crd.metadata.name),
    ).toEqual(['bgppeers.metallb.io'])
    expect(converted.find((crd) => crd.spec.conversion !== undefined)?.spec.conversion).toEqual({
      strategy: 'Webhook',
      webhook: {
        clientConfig: { service: { namespace: 'lb', name: 'hook', path: '/convert' }, caBundle: 'Q0E=' },
        conversionReviewVersions: ['v1'],
      },
    })
    expect(converted.every((crd) => crd.metadata.labels?.['app'] === 'x')).toBe(true)
  })
})

describe('sentence', () => {
  it.each([
    ['a pool', 'A pool.'],
    ['iBGP peers only', 'iBGP peers only.'],
    ['65000:1 or an alias', '65000:1 or an alias.'],
    ['done already.', 'Done already.'],
  ])('%s', (fragment, text) => expect(sentence(fragment)).toBe(text))
})

/** Paths of schemas below `value` without a description. The API server describes `metadata` itself. */
function undescribed(value: unknown, path: string): string[] {
  if (typeof value !== 'object' || value === null) return []
  const schema = value as Readonly<Record<string, unknown>>
  const own = typeof schema['type'] === 'string' && 'jsonPath' in schema === false
  const missing =
    own && schema['description'] === undefined && !path.endsWith('.properties.metadata') ? [path] : []
  return [
    ...missing,
    ...Object.entries(schema).flatMap(([key, child]) => undescribed(child, `${path}.${key}`)),
  ]
}
