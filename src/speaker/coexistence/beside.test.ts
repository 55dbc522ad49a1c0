import { expect, it } from 'vitest'
import { beside, howToDrain, type SpeakerInstance } from './beside.ts'

const pod = (nodeName: string, more: Partial<SpeakerInstance> = {}): SpeakerInstance => ({
  pod: `speaker-${nodeName}`,
  nodeName,
  alive: true,
  tag: '0.15.2',
  owner: 'DaemonSet/speaker',
  ...more,
})

it('follows the release of MetalLB’s speakers on other nodes', () => {
  expect(beside([pod('b'), pod('c')], 'a', undefined)).toMatchObject({
    release: '0.15.2',
    onThisNode: undefined,
    warnings: [],
  })
  expect(beside([], 'a', undefined)).toMatchObject({ release: '0.16.1', because: 'no other speakers run' })
  expect(beside([pod('b', { alive: false, tag: '0.13.10' })], 'a', undefined).release).toBe('0.16.1')
  expect(beside([pod('b', { tag: '0.14.9' }), pod('c', { tag: '0.14.10' })], 'a', undefined)).toMatchObject({
    release: '0.14.10',
    warnings: [expect.stringContaining('0.14.9, 0.14.10')],
  })
})

it('what was asked for counts more, and what does not fit is said', () => {
  expect(beside([pod('b')], 'a', '0.15.2').warnings).toEqual([])
  expect(beside([pod('b')], 'a', '0.13.10')).toMatchObject({
    release: '0.13.10',
    warnings: [expect.stringContaining('0.15.2')],
  })
  expect(beside([pod('b', { tag: undefined })], 'a', undefined).warnings).toEqual([
    expect.stringContaining('--compat-version'),
  ])
})

it('finds the speaker of this node, and says how it goes', () => {
  const own = pod('a', { owner: 'DaemonSet/metallb-speaker' })
  expect(beside([own, pod('b')], 'a', undefined).onThisNode).toBe(own)
  expect(beside([{ ...own, alive: false }], 'a', undefined).onThisNode).toBeUndefined()
  const words = howToDrain(own, 'a', 'metallb-system').join('\n')
  expect(words).toContain('kubectl label node a lbctl/speaker=')
  expect(words).toContain('patch daemonset metallb-speaker')
})
