// The dependency rule is only worth something if it fails when it is broken: forbidden imports are planted in a small
// tree of the same shape, and dependency-cruiser has to find each of them, and nothing else.
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { root } from '../support/cli.ts'

/** file, what it imports, the rules that must object */
const PLANTS: readonly (readonly [string, string, readonly string[]])[] = [
  ['net/plant-a.ts', '../config/target.ts', ['net-imports-only-down']],
  ['net/plant-b.ts', 'node:fs', ['net-is-pure']],
  ['net/plant-c.ts', 'chalk', ['net-is-pure', 'chalk-has-one-owner']],
  ['errors/plant.ts', '../wire/target.ts', ['errors-imports-only-down']],
  ['wire/plant-a.ts', '../bgp/target.ts', ['wire-imports-only-down']],
  ['wire/plant-b.ts', 'node:crypto', ['wire-is-pure']],
  ['bgp/plant.ts', '../bfd/target.ts', ['bgp-imports-only-down']],
  ['bgp/machine.ts', 'node:timers', ['bgp-is-pure', 'machines-is-pure']],
  ['gossip/plant.ts', 'node:dgram', ['gossip-is-pure']],
  ['layer2/plant-b.ts', 'node:timers', ['layer2-is-pure']],
  ['speaker/plant.ts', 'node:crypto', ['speaker-is-pure']],
  ['controller/plant-a.ts', 'node:crypto', ['controller-is-pure']],
  ['controller/plant-b.ts', '../speaker/target.ts', ['controller-imports-only-down']],
  ['simulate/plant-a.ts', '../diagnose/target.ts', ['simulate-imports-only-down']],
  ['fix/plant-a.ts', '../install/target.ts', ['fix-imports-only-down']],
  ['fix/plant-b.ts', 'node:fs', ['fix-is-pure']],
  ['diagnose/plant-b.ts', '../fix/target.ts', ['diagnose-imports-only-down']],
  ['simulate/plant-b.ts', 'node:crypto', ['simulate-is-pure']],
  ['speaker/plant-b.ts', '../simulate/target.ts', ['speaker-imports-only-down']],
  ['layer2/plant.ts', '../linux/target.ts', ['layer2-imports-only-down', 'only-compose-touches-wings']],
  ['config/plant-a.ts', '../migrate/target.ts', ['config-imports-only-down']],
  ['config/plant-b.ts', 'node:path', ['config-is-pure']],
  ['config/plant-c.ts', 'netmask', ['config-is-pure', 'netmask-has-one-owner']],
  ['config/plant-d.ts', '../ipam/testing/target.ts', ['config-imports-only-down', 'testing-is-for-tests']],
  ['ipam/plant.ts', '../speaker/target.ts', ['ipam-imports-only-down']],
  [
    'migrate/plant-a.ts',
    '../kubernetes/target.ts',
    ['migrate-imports-only-down', 'only-compose-touches-wings'],
  ],
  ['migrate/plant-b.ts', 'js-yaml', ['migrate-is-pure', 'js-yaml-has-one-owner']],
  ['migrate/plant-c.ts', '../terminal/target.ts', ['migrate-imports-only-down']],
  ['router/plant-a.ts', '../diagnose/target.ts', ['router-imports-only-down']],
  ['router/plant-b.ts', 'node:fs', ['router-is-pure']],
  [
    'install/plant-a.ts',
    '../kubernetes/target.ts',
    ['install-imports-only-down', 'only-compose-touches-wings'],
  ],
  ['install/plant-b.ts', 'node:fs', ['install-is-pure']],
  ['webhook/plant-a.ts', '../controller/target.ts', ['webhook-imports-only-down']],
  ['webhook/plant-b.ts', 'node:crypto', ['webhook-is-pure']],
  ['diagnose/checks/plant.ts', 'node:net', ['checks-is-pure']],
  ['diagnose/path/plant.ts', 'node:fs', ['checks-is-pure']],
  ['lab/apiserver/schema/plant.ts', 'node:fs', ['apiserver-is-pure']],
  ['diagnose/plant.ts', '../lab/target.ts', ['diagnose-imports-only-down', 'only-compose-touches-wings']],
  [
    'terminal/plant-a.ts',
    '../compose/target.ts',
    ['terminal-imports-only-down', 'commands-see-compose-and-terminal'],
  ],
  ['terminal/plant-b.ts', '@oclif/core/command', ['oclif-core-has-one-owner']],
  ['linux/plant-a.ts', '../kubernetes/target.ts', ['wings-are-strangers']],
  ['linux/plant-b.ts', '@kubernetes/client-node', ['kubernetes-client-node-has-one-owner']],
  ['kubernetes/plant.ts', 'koffi', ['koffi-has-one-owner']],
  ['commands/plant-a.ts', '../linux/target.ts', ['only-compose-touches-wings']],
  ['commands/plant-b.ts', '../../test/target.ts', ['src-never-imports-test']],
  ['compose/plant.ts', '../commands/target.ts', ['nobody-imports-a-command']],
]
/** what is allowed, so that a rule that objects to everything is found too */
const FINE: readonly (readonly [string, string])[] = [
  ['net/fine.ts', 'netmask'],
  ['config/fine.ts', 'js-yaml'],
  ['config/fine.test.ts', 'node:fs'],
  ['config/testing/fine.ts', 'fast-check'],
  ['config/uses.test.ts', './testing/fine.ts'],
  ['terminal/fine.ts', 'chalk'],
  ['compose/fine-a.ts', '../linux/target.ts'],
  ['compose/fine-b.ts', '@oclif/core/command'],
  ['linux/fine-a.ts', 'koffi'],
  ['linux/fine-b.ts', '../diagnose/target.ts'],
  ['kubernetes/fine.ts', '@kubernetes/client-node'],
  ['commands/fine.ts', '../terminal/target.ts'],
  ['migrate/fine.ts', '../config/target.ts'],
  ['simulate/fine.ts', '../speaker/target.ts'],
  ['router/fine.ts', '../bgp/target.ts'],
  ['install/fine.ts', '../migrate/target.ts'],
  ['webhook/fine.ts', '../install/target.ts'],
]
const ROOMS = [
  ...['net', 'errors', 'wire', 'bgp', 'bfd', 'layer2', 'gossip', 'config', 'ipam', 'migrate', 'speaker'],
  ...[
    'controller',
    'simulate',
    'fix',
    'router',
    'diagnose',
    'terminal',
    'linux',
    'kubernetes',
    'lab',
    'compose',
    'commands',
    'install',
    'webhook',
  ],
]

interface Violation {
  readonly from: string
  readonly rule: { readonly name: string }
}

let dir: string
let violations: Violation[]

const write = (path: string, text: string): void => {
  mkdirSync(dirname(join(dir, path)), { recursive: true })
  writeFileSync(join(dir, path), text)
}

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'lbctl-floors-'))
  for (const file of ['.dependency-cruiser.cjs', 'tsconfig.json', 'package.json'])
    cpSync(join(root, file), join(dir, file))
  symlinkSync(join(root, 'node_modules'), join(dir, 'node_modules'))
  for (const room of ROOMS) write(`src/${room}/target.ts`, 'export const target = 1\n')
  write('src/ipam/testing/target.ts', 'export const target = 1\n')
  write('test/target.ts', 'export const target = 1\n')
  for (const [file, target] of PLANTS) write(`src/${file}`, `import '${target}'\n`)
  for (const [file, target] of FINE) write(`src/${file}`, `import '${target}'\n`)
  write('src/speaker/round.ts', "import './trip.ts'\n")
  write('src/speaker/trip.ts', "import './round.ts'\n")
  const { stdout } = spawnSync(
    join(root, 'node_modules/.bin/depcruise'),
    ['--config', '.dependency-cruiser.cjs', '--output-type', 'json', 'src'],
    { cwd: dir, encoding: 'utf8', maxBuffer: 1 << 28 },
  )
  violations = JSON.parse(stdout).summary.violations
})
afterAll(() => rmSync(dir, { recursive: true }))

const rulesAgainst = (file: string): string[] =>
  violations
    .filter((violation) => violation.from === `src/${file}`)
    .map((violation) => violation.rule.name)
    .sort()

describe('a forbidden import', () => {
  it.each(PLANTS)('src/%s → %s', (file, _, rules) => {
    expect(rulesAgainst(file)).toEqual([...rules].sort())
  })

  it('a circle', () => {
    expect(new Set([...rulesAgainst('speaker/round.ts'), ...rulesAgainst('speaker/trip.ts')])).toEqual(
      new Set(['no-cycles']),
    )
  })
})

describe('an import that is allowed', () => {
  it.each(FINE)('src/%s → %s', (file) => {
    expect(rulesAgainst(file)).toEqual([])
  })
})

it('every folder of src is a room of the house', () => {
  const folders = execFileSync('git', ['-c', 'safe.directory=*', 'ls-tree', '--name-only', 'HEAD', 'src/'], {
    cwd: root,
    encoding: 'utf8',
  })
  const names = folders
    .trim()
    .split('\n')
    .map((path) => path.slice('src/'.length))
  expect(names.filter((name) => !ROOMS.includes(name))).toEqual([])
})
