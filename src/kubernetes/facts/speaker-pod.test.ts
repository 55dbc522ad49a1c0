import { expect, it } from 'vitest'
import { speakerInstance } from './speaker-pod.ts'

const pod = (image: string, more: Record<string, unknown> = {}, name = 'speaker') => ({
  metadata: { name: 'speaker-x', ownerReferences: [{ kind: 'DaemonSet', name: 'speaker' }], ...more },
  spec: {
    nodeName: 'a',
    containers: [
      { name: 'frr', image: 'frr:1.2.3' },
      { name, image },
    ],
  },
  status: { phase: 'Running' },
})

it.each([
  ['quay.io/metallb/speaker:v0.14.8', '0.14.8'],
  ['registry.example:5000/metallb/speaker:v0.15.2', '0.15.2'],
  ['registry.example:5000/metallb/speaker', undefined],
  ['quay.io/metallb/speaker:v0.13.7@sha256:abc', '0.13.7'],
  ['quay.io/metallb/speaker@sha256:abc', undefined],
  ['bitnami/metallb-speaker:0.14.5-debian-12-r0', '0.14.5'],
  ['quay.io/metallb/speaker:main', 'main'],
])('%s is of release %s', (image, tag) => {
  expect(speakerInstance(pod(image)).tag).toBe(tag)
  expect(speakerInstance(pod(image, {}, 'metallb-speaker')).tag).toBe(tag)
})

it('tells where it is, whether it lives, and who made it', () => {
  expect(speakerInstance(pod('x:v1'))).toMatchObject({
    pod: 'speaker-x',
    nodeName: 'a',
    alive: true,
    owner: 'DaemonSet/speaker',
  })
  expect(speakerInstance(pod('x:v1', { deletionTimestamp: '2026-01-01T00:00:00Z' })).alive).toBe(false)
  expect(speakerInstance({ metadata: { name: 'p' }, status: { phase: 'Pending' } })).toMatchObject({
    alive: false,
    tag: undefined,
    owner: undefined,
  })
})
