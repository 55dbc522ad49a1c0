import { expect, it } from 'vitest'
import { readObjects } from '../../config/objects/read-objects.ts'
import { nodeFromJson } from '../../config/source/from-json.ts'
import { serviceFact } from './facts-from-objects.ts'

it('a Service of an API server keeps its age and version, whatever else of its tree is given up', () => {
  const service = {
    ...{ apiVersion: 'v1', kind: 'Service', spec: { type: 'LoadBalancer' } },
    metadata: {
      ...{ namespace: 'shop', name: 'web', resourceVersion: '7' },
      creationTimestamp: '2026-03-01T12:00:00Z',
    },
  }
  const [read] = readObjects([nodeFromJson(service, '<Service shop/web>')]).objects.services
  expect(read === undefined ? undefined : serviceFact(read)).toMatchObject({
    createdAt: '2026-03-01T12:00:00Z',
    version: '7',
  })
})
