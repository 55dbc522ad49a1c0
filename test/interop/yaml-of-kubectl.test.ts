// The YAML printer against Go's, by way of kubectl, which prints what it reads without a cluster.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { printYaml } from '../../src/config/print.ts'

const vector = (name: string) => readFileSync(new URL(`../vectors/yaml/${name}`, import.meta.url), 'utf8')
const hasKubectl = spawnSync('kubectl', ['version', '--client'], { stdio: 'ignore' }).status === 0
if (!hasKubectl) console.log('skipped: the live half of yaml-of-kubectl, because kubectl is not installed')

it('prints strings and sorts keys as a recorded kubectl did', () => {
  expect(printYaml(JSON.parse(vector('strings.json')), { sortKeys: true })).toBe(vector('strings.yaml'))
})

it.runIf(hasKubectl)('prints any string as the kubectl of this machine does', () => {
  const pieces = [
    'a',
    'z',
    ' ',
    '  ',
    ':',
    ': ',
    '-',
    '- ',
    '#',
    ' #',
    '\n',
    '\t',
    "'",
    '"',
    '\\',
    '0',
    '1',
    '.',
    '_',
    'e',
    '+',
    '[',
    '{',
    '}',
    ',',
    '&',
    '*',
    '!',
    '|',
    '>',
    '%',
    '@',
    '?',
    '~',
    '=',
    'é',
    '日',
    '😀',
    'words ',
    '/',
  ]
  let state = 20261121
  const below = (n: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
    return (state >> 8) % n
  }
  const text = () =>
    Array.from({ length: 1 + below(below(10) === 0 ? 60 : 8) }, () => pieces[below(pieces.length)]).join('')
  const data = Object.fromEntries(
    Array.from({ length: 2000 }, (_, i) => [`k${String(i).padStart(4, '0')}`, text()]),
  )
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x', labels: { a: 'b' } }, data }
  const input = JSON.stringify(object).replace(
    /[\u007f-\uffff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  const { stdout, stderr } = spawnSync('kubectl', ['label', '--local', '-f', '-', 'a=b', '-o', 'yaml'], {
    input,
    encoding: 'utf8',
  })
  expect(stderr).toBe('')
  expect(printYaml(object, { sortKeys: true })).toBe(stdout)
})
