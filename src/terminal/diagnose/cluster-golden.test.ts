// What a person reads at 80 columns, with colours and without: `diagnose all` and `diagnose service`.
import { describe, expect, it } from 'vitest'
import { CLUSTER_CHECKS } from '../../diagnose/cluster/check-list.ts'
import { judgeCluster } from '../../diagnose/cluster/judge-cluster.ts'
import { serviceChain } from '../../diagnose/cluster/service-chain.ts'
import { drop, healthyWorld, object, viewOf, type World } from '../../diagnose/cluster/testing/world.ts'
import * as make from '../../diagnose/cluster/testing/world-objects.ts'
import { fixableIn } from '../../fix/fixable.ts'
import { columnsOf } from '../wrap.ts'
import { type ClusterFormat, renderCluster } from './cluster.ts'

const WIDTH = 80

const STYLE: ClusterFormat = {
  format: 'text',
  colorLevel: 0,
  width: WIDTH,
  verbose: false,
  isOneOfMany: false,
  exitCode: 0,
  failOn: 'error',
  version: '0.0.0',
  takenAt: '2026-03-01T12:00:00Z',
  help: () => undefined,
}

function worldOf(name: string): World {
  const world = healthyWorld()
  if (name === 'silent') drop(world, 'configuration', ({ kind }) => kind === 'L2Advertisement')
  if (name === 'ranked') {
    for (const { metadata } of world.planes.nodes)
      Object.assign(metadata.labels ?? {}, { 'node.kubernetes.io/exclude-from-external-load-balancers': '' })
    object(world, 'configuration', 'lan', 'IPAddressPool').spec.addresses.push('192.0.2.13/32')
  }
  if (name === 'pending') {
    world.planes.services.push(make.service('shop/new', undefined))
    object(world, 'configuration', 'lan', 'IPAddressPool').spec.addresses = ['192.0.2.100/32']
    object(world, 'configuration', 'routed', 'IPAddressPool').spec.autoAssign = false
  }
  return world
}

/** @param key of a Service; undefined: all */
function textOf(world: World, key: string | undefined, colorLevel: 0 | 1): string {
  const view = key === undefined ? viewOf(world) : viewOf(world, key)
  const verdict = judgeCluster(view, { checks: CLUSTER_CHECKS, failOn: 'error' })
  const style = { ...STYLE, colorLevel, isFixable: fixableIn(view.facts) }
  if (key === undefined) return renderCluster([{ subject: 'cluster', verdict }], style)
  const [service] = view.services
  if (service === undefined) throw new Error(`no Service ${key}`)
  const report = { subject: `Service ${key}`, verdict, chain: serviceChain(service, view, verdict) }
  return renderCluster([report], style)
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: it is colours that are taken out
const plain = (text: string): string => text.replaceAll(/\u001b\[[\d;]*m/g, '')
/** What is there to be pasted keeps its lines. */
const isPasted = (line: string): boolean => !line.trim().includes(' ') || /^ {6,}\S/.test(line)

describe.each([
  ['all', 'healthy', undefined],
  ['all', 'silent', undefined],
  ['all', 'pending', undefined],
  // What breaks Services today, before an error that breaks them some day.
  ['all', 'ranked', undefined],
  ['service', 'healthy', 'shop/web'],
  ['service', 'silent', 'shop/web'],
  ['service', 'pending', 'shop/new'],
])('diagnose %s, %s', (command, name, key) => {
  it.each([
    ['', 0],
    ['-colour', 1],
  ] as const)('reads as it should%s', async (suffix, colorLevel) => {
    const text = textOf(worldOf(name), key, colorLevel)
    await expect(text).toMatchFileSnapshot(
      `../../../test/golden/diagnose/cluster-${command}-${name}${suffix}.txt`,
    )
    const lines = plain(text).split('\n')
    expect(lines.filter((line) => columnsOf(line) > WIDTH && !isPasted(line))).toEqual([])
    if (colorLevel === 0) expect(plain(text)).toBe(text)
  })
})
