// What every command has in common, on the built program: bin/run.js as a user runs it.
import { spawn, spawnSync } from 'node:child_process'
import {
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lbctl, root, run, runJs } from '../support/cli.ts'

describe('lbctl --version', () => {
  it('names version, commit, Node and platform in one line', async () => {
    const { stdout, stderr, code } = await lbctl(['--version'])
    expect(stdout).toMatch(
      /^lbctl \d+\.\d+\.\d+ \(commit ([0-9a-f]{7,}(-dirty)?|unknown), node v\d+\.\d+\.\d+, \w+-\w+\)\n$/,
    )
    expect(stdout).toContain(`node ${process.version}, ${process.platform}-${process.arch})`)
    expect([stderr, code]).toEqual(['', 0])
  })

  it('loads nothing but its own few kilobytes', () => {
    const boot = readFileSync(join(root, 'dist/boot.js'), 'utf8')
    expect([...boot.matchAll(/\brequire\("(?!node:)[^"]*"\)/g)]).toEqual([])
    expect(boot.length).toBeLessThan(10_000)
  })
})

describe.skipIf(!existsSync('/dev/full'))('a stdout that cannot be written', () => {
  it.each([[['--version']], [['--help']], [['explain']], [['explain', 'V9', '--json']]])(
    'lbctl %j > /dev/full: one line, exit 3, no stack',
    (args) => {
      const full = openSync('/dev/full', 'w')
      const { stderr, status } = spawnSync(process.execPath, [runJs, ...args], {
        stdio: ['ignore', full, 'pipe'],
        encoding: 'utf8',
      })
      closeSync(full)
      expect(stderr).toBe('stdout cannot be written: no space left on the device (ENOSPC)\n')
      expect(status).toBe(3)
    },
  )
})

describe('help', () => {
  it.each([[[]], [['--help']], [['help']], [['-h']]])(
    'lbctl %j lists the commands by group',
    async (args) => {
      const { stdout, stderr, code } = await lbctl(args)
      expect(stdout).toMatch(/^Migrate, validate, diagnose/)
      expect(stdout).toMatch(/\nDiagnosis:\n(.*\n)* {2}explain +tell what/)
      expect(stdout.split('\n').every((line) => line.length <= 80)).toBe(true)
      expect([stderr, code]).toEqual(['', 0])
    },
  )

  it.each([[['explain', '--help']], [['help', 'explain']], [['explain', '-h', 'V001']]])(
    'lbctl %j explains the command, for 80 columns',
    async (args) => {
      const { stdout, stderr, code } = await lbctl(args)
      expect(stdout).toContain('Usage: lbctl explain [CODE] [flags]')
      expect(stdout).toMatch(
        / -o, --output FORMAT +format of the result \(text, json, markdown; default text\)/,
      )
      expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([])
      expect([stderr, code]).toEqual(['', 0])
    },
  )
})

describe('mistakes of usage', () => {
  it.each([
    [
      'an unknown command',
      ['explian'],
      /There is no command "explian"\.\n {2}Did you mean "lbctl explain"\?/,
    ],
    [
      'an unknown command of a topic',
      ['diagnose', 'apr', '192.0.2.1'],
      /There is no command "diagnose apr"\.\n {2}Did you mean "lbctl diagnose arp"\?/,
    ],
    ['a flag in front', ['--frobnicate'], /There is no flag --frobnicate in front of a command/],
    [
      'an unknown flag',
      ['explain', '--outptu', 'json'],
      /There is no flag --outptu here\.\n {2}Did you mean --output\?/,
    ],
    [
      'a wrong value',
      ['explain', '-o', 'yaml'],
      /--output cannot be "yaml"; it is one of: text, json, markdown\./,
    ],
    ['a missing value', ['explain', '-o'], /--output expects one of these values: text, json, markdown\./],
    ['too many arguments', ['explain', 'V001', 'V002'], /"V002" is one argument too many\./],
    ['a missing argument', ['completion'], /SHELL is missing\./],
    ['a wrong argument', ['completion', 'tcsh'], /"tcsh" is not one of: bash, zsh, fish\./],
  ])('%s: one sentence, the usage, exit 2', async (_, args, message) => {
    const { stdout, stderr, code } = await lbctl(args)
    expect(stderr).toMatch(message)
    expect(stderr).toMatch(/\nUsage: lbctl /)
    expect(stderr).not.toMatch(/\n {4}at |See more help|CLIError/)
    expect([stdout, code]).toEqual(['', 2])
  })

  it.each([
    [['explain', 'V9', '--json']],
    [['explain', 'V9', '-o', 'json']],
    [['explain', 'V9', '-ojson']],
    [['explain', 'V9', '--output=json']],
    [['explain', '--nonsense', '-o=json']],
    [['nonsense', '--json']],
    [['explain', '--json', '-o', 'text']],
  ])('lbctl %j: the same exit code, the error as one JSON document on stdout', async (args) => {
    const { stdout, stderr, code } = await lbctl(args)
    const { error } = JSON.parse(stdout)
    expect(Object.keys(error)).toEqual(['kind', 'message', 'facts', 'hints', 'docs', 'exitCode'])
    expect(error).toMatchObject({ kind: 'usage', exitCode: 2 })
    expect([stderr, code]).toEqual(['', 2])
  })

  it('takes flags from the environment, and the command line wins', async () => {
    const env = { LBCTL_OUTPUT: 'json' }
    expect((await lbctl(['explain'], { env })).stdout).toMatch(/^\{/)
    expect((await lbctl(['explain', '-o', 'text'], { env })).stdout).not.toMatch(/^\{/)
    expect(JSON.parse((await lbctl(['explain', 'nope'], { env })).stdout).error.exitCode).toBe(2)
  })
})

describe('colour', () => {
  const colored = async (env: Record<string, string>, ...args: string[]): Promise<boolean> =>
    (await lbctl(['nonsense', ...args], { env })).stderr.includes('\u001b[')

  it.each([
    ['a pipe', {}, [], false],
    ['FORCE_COLOR', { FORCE_COLOR: '1' }, [], true],
    ['FORCE_COLOR=0', { FORCE_COLOR: '0' }, [], false],
    ['NO_COLOR over FORCE_COLOR', { FORCE_COLOR: '1', NO_COLOR: '1' }, [], false],
    ['an empty NO_COLOR', { FORCE_COLOR: '1', NO_COLOR: '' }, [], true],
    ['--no-color', { FORCE_COLOR: '1' }, ['--no-color'], false],
  ])('%s', async (_, env, args, expected) => {
    expect(await colored(env as Record<string, string>, ...args)).toBe(expected)
  })
})

describe('a bug', () => {
  let copy: string
  beforeAll(() => {
    // A copy of the package with one broken command in it.
    copy = mkdtempSync(join(tmpdir(), 'lbctl-bug-'))
    for (const part of ['bin', 'dist', 'docs', 'package.json', 'oclif.manifest.json'])
      if (existsSync(join(root, part))) cpSync(join(root, part), join(copy, part), { recursive: true })
    writeFileSync(
      join(copy, 'dist/commands/broken.js'),
      `const { default: Explain } = require('./explain.js')
       exports.default = class Broken extends Explain { async run() { await this.parse(Explain); throw new TypeError('boom') } }`,
    )
    writeFileSync(
      join(copy, 'dist/commands/waits.js'),
      `const { default: Explain } = require('./explain.js')
       exports.default = class Waits extends Explain {
         async run() {
           await this.interruptible((signal) => new Promise((_, reject) => {
             const timer = setTimeout(() => {}, 60000)
             signal.addEventListener('abort', () => { clearTimeout(timer); reject(new Error('whatever')) })
             process.stdout.write('waiting')
           }))
         }
       }`,
    )
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
  })
  afterAll(() => rmSync(copy, { recursive: true }))

  it('is told as one, exit 70, without a stack', async () => {
    const { stdout, stderr, code } = await run(process.execPath, [join(copy, 'bin/run.js'), 'broken'])
    expect(stderr).toMatch(/This is a bug in lbctl: boom\n {2}command: lbctl broken\n {2}version: lbctl \d/)
    expect(stderr).not.toMatch(/\n {4}at /)
    expect([stdout, code]).toEqual(['', 70])
  })

  it('has the same code in JSON, and a stack with DEBUG=lbctl', async () => {
    const args = [join(copy, 'bin/run.js'), 'broken']
    const json = await run(process.execPath, [...args, '--json'])
    expect(JSON.parse(json.stdout).error).toMatchObject({ kind: 'bug', exitCode: 70 })
    expect(json.code).toBe(70)
    const { stderr } = await run(process.execPath, args, { env: { DEBUG: 'lbctl' } })
    expect(stderr).toMatch(/TypeError: boom\n {4}at /)
  })

  it.each([
    [
      'with the code of another V8',
      () => writeFileSync(join(copy, 'dist/commands/explain.js.cache'), 'nonsense'),
    ],
    ['without the code of V8', () => rmSync(join(copy, 'dist/commands/explain.js.cache'))],
  ])('is none: a start %s', async (_how, change) => {
    change()
    const { stdout, stderr, code } = await run(process.execPath, [join(copy, 'bin/run.js'), 'explain', 'F01'])
    expect([stdout.split('\n')[0], stderr, code]).toEqual(['F01: Nobody announces the address', '', 0])
  })

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s aborts what waits and ends with %i', async (name, expected) => {
    const child = spawn(process.execPath, [join(copy, 'bin/run.js'), 'waits'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let stderr = ''
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString()
    })
    child.stdout.once('data', () => child.kill(name))
    const code = await new Promise((resolve) => child.on('close', resolve))
    expect([code, stderr]).toEqual([expected, ''])
  })
})

describe('a closed pipe', () => {
  it('ends lbctl without a word', () => {
    const { stderr, stdout } = spawnSync(
      'bash',
      ['-c', `set -o pipefail; "${process.execPath}" "${runJs}" explain | head -c 0; echo "$?" >&2`],
      { encoding: 'utf8' },
    )
    expect([stdout, stderr]).toEqual(['', '0\n'])
  })
})

describe('the package', () => {
  it('runs when packed and installed elsewhere', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'lbctl-pack-'))
    try {
      const packed = spawnSync('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', dir], {
        cwd: root,
        encoding: 'utf8',
      })
      const [tarball = ''] = packed.stdout.trim().split('\n').slice(-1)
      mkdirSync(join(dir, 'node_modules'))
      const extracted = spawnSync('tar', ['-xzf', join(dir, tarball), '-C', join(dir, 'node_modules')])
      expect(extracted.status).toBe(0)
      // No dependency is there: what runs is in the bundle.
      const bin = join(dir, 'node_modules/package/bin/run.js')
      expect((await run(process.execPath, [bin, '--version'], { cwd: dir })).code).toBe(0)
      expect((await run(process.execPath, [bin, 'explain'], { cwd: dir })).code).toBe(0)
      expect((await run(process.execPath, [bin], { cwd: dir })).stdout).toContain('explain')
    } finally {
      rmSync(dir, { recursive: true })
    }
  })
})
