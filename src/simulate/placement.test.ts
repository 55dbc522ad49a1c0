// As the controller of DaemonSets places its Pods: nodeSelector, required affinity, taints.
import { expect, it } from 'vitest'
import { readObjects } from '../config/objects/read-objects.ts'
import { parseYaml } from '../config/source/parse.ts'
import { Source } from '../config/source/source.ts'
import { hasPodOn, nodesWithSpeaker, type Placement, type Toleration } from './placement.ts'

const ANYWHERE: Placement = { nodeSelector: {}, required: undefined, tolerations: [] }
const TOLERATION: Toleration = { key: undefined, operator: 'Exists', value: '', effect: undefined }

function nodeWith(spec: string, labels = '{}') {
  const text = `{apiVersion: v1, kind: Node, metadata: {name: n, labels: ${labels}}, spec: {${spec}}}`
  const [node] = readObjects(parseYaml(new Source('x', text)).documents).objects.nodes
  if (node === undefined) throw new Error('no node')
  return node
}
const tainted = (key: string, effect: string, value = '') =>
  nodeWith(`taints: [{key: ${key}, effect: ${effect}, value: "${value}"}]`)

it.each([
  ['a taint that nothing tolerates keeps it away', tainted('a', 'NoSchedule'), {}, false],
  ['a preference does not', tainted('a', 'PreferNoSchedule'), {}, true],
  ['a cordoned node has its Pod', tainted('node.kubernetes.io/unschedulable', 'NoSchedule'), {}, true],
  ['what tolerates all', tainted('a', 'NoExecute'), TOLERATION, true],
  ['the key with any value', tainted('a', 'NoSchedule', 'x'), { ...TOLERATION, key: 'a' }, true],
  ['another key', tainted('a', 'NoSchedule'), { ...TOLERATION, key: 'b' }, false],
  ['another effect', tainted('a', 'NoExecute'), { ...TOLERATION, effect: 'NoSchedule' }, false],
  ['the value', tainted('a', 'NoSchedule', 'x'), { key: 'a', operator: 'Equal', value: 'x' }, true],
  ['another value', tainted('a', 'NoSchedule', 'x'), { key: 'a', operator: 'Equal', value: 'y' }, false],
] as const)('%s', (_, node, toleration, expected) => {
  const tolerations = 'operator' in toleration ? [{ ...TOLERATION, ...toleration }] : []
  expect(hasPodOn({ ...ANYWHERE, tolerations }, node)).toBe(expected)
})

it('wants every label of the nodeSelector, and one of the terms that are required', () => {
  const node = nodeWith('', '{zone: a}')
  expect(hasPodOn({ ...ANYWHERE, nodeSelector: { zone: 'a' } }, node)).toBe(true)
  expect(hasPodOn({ ...ANYWHERE, nodeSelector: { zone: 'a', disk: 'ssd' } }, node)).toBe(false)
  const term = (value: string) => ({
    ...{ labels: [{ key: 'zone', operator: 'In', values: [value] }], fields: [] },
  })
  expect(hasPodOn({ ...ANYWHERE, required: [term('b'), term('a')] }, node)).toBe(true)
  expect(hasPodOn({ ...ANYWHERE, required: [term('b')] }, node)).toBe(false)
  const both = [{ ...ANYWHERE, required: [term('b')] }, ANYWHERE]
  expect([...nodesWithSpeaker(both, [node])]).toEqual(['n'])
})

it.each([
  ['In', 'cores', ['8', '16'], true],
  ['In', 'disk', ['ssd'], false],
  ['NotIn', 'cores', ['8'], false],
  ['NotIn', 'disk', ['ssd'], true],
  ['Exists', 'cores', [], true],
  ['Exists', 'disk', [], false],
  ['DoesNotExist', 'cores', [], false],
  ['DoesNotExist', 'disk', [], true],
  ['Gt', 'cores', ['7'], true],
  ['Gt', 'cores', ['8'], false],
  ['Gt', 'zone', ['7'], false],
  ['Lt', 'cores', ['10'], true],
  ['Lt', 'disk', ['10'], false],
] as const)('%s of a required label: %s %j', (operator, key, values, expected) => {
  const required = [{ labels: [{ key, operator, values }], fields: [] }]
  expect(hasPodOn({ ...ANYWHERE, required }, nodeWith('', '{zone: a, cores: "8"}'))).toBe(expected)
})

it('knows the name of the node as a field, and a term that requires nothing is for no node', () => {
  const named = (name: string) => ({
    ...{ labels: [], fields: [{ key: 'metadata.name', operator: 'In', values: [name] }] },
  })
  expect(hasPodOn({ ...ANYWHERE, required: [named('n')] }, nodeWith(''))).toBe(true)
  expect(hasPodOn({ ...ANYWHERE, required: [named('m')] }, nodeWith(''))).toBe(false)
  expect(hasPodOn({ ...ANYWHERE, required: [{ labels: [], fields: [] }] }, nodeWith(''))).toBe(false)
})
