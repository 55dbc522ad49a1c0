// `lbctl fix` for settings of a kernel, in a network namespace of its own: shown, changed, kept for the next start, taken back.
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Outcome, run, runJs } from '../support/cli.ts'
import { describeInterop, NetLab } from '../support/namespaces.ts'

const TEST_MS = 60_000

describeInterop('fix on a host', ['sysctl'], () => {
  let net: NetLab
  let host: string
  let folder: string

  beforeAll(async () => {
    net = await NetLab.create()
    host = net.namespace()
    const other = net.namespace()
    net.connect([host, 'eth0'], [other, 'eth0'])
    net.connect([host, 'eth0.7'], [other, 'eth1'])
    folder = net.owns(mkdtempSync(join(tmpdir(), 'lbctl-fix-host-')))
    net.run(host, 'sysctl', '-qw', 'net.ipv4.conf.all.rp_filter=0', 'net.ipv4.conf.eth0.rp_filter=0')
    net.run(host, 'sysctl', '-qw', 'net.ipv4.conf.eth0/7.rp_filter=1')
    net.run(host, 'sysctl', '-qw', 'net.ipv4.conf.all.arp_ignore=0', 'net.ipv4.conf.all.arp_announce=0')
  })
  afterAll(() => net?.destroy())

  const fix = (...words: string[]): Promise<Outcome> =>
    run('ip', ['netns', 'exec', host, process.execPath, runJs, 'fix', ...words, '--sysctl-dir', folder], {
      env: { XDG_STATE_HOME: join(folder, 'state') },
    })
  const setting = (key: string): string => net.run(host, 'sysctl', '-n', key).trim()
  const idIn = ({ stdout }: Outcome): string => /lbctl fix --undo (\S+)/.exec(stdout)?.[1] ?? ''

  it(
    'F30: the strict filter of one interface becomes loose, and strict again',
    async () => {
      const shown = await fix('F30', 'eth0.7')
      expect([shown.code, shown.stderr]).toEqual([1, ''])
      expect(shown.stdout).toMatch(
        /-net\.ipv4\.conf\.eth0\/7\.rp_filter = 1\n\+net\.ipv4\.conf\.eth0\/7\.rp_filter = 2\n/,
      )
      expect(setting('net.ipv4.conf.eth0/7.rp_filter')).toBe('1')

      const applied = await fix('F30', 'eth0.7', '--apply', '--yes')
      expect([applied.code, applied.stderr]).toEqual([0, ''])
      expect(applied.stdout).toMatch(/F30 is gone\.\n$/)
      expect(setting('net.ipv4.conf.eth0/7.rp_filter')).toBe('2')
      const kept = join(folder, '90-lbctl-F30.conf')
      expect(readFileSync(kept, 'utf8')).toBe('# lbctl fix F30\nnet.ipv4.conf.eth0/7.rp_filter = 2\n')
      // It is what sysctl reads at the next start.
      net.run(host, 'sysctl', '-qw', 'net.ipv4.conf.eth0/7.rp_filter=1')
      net.run(host, 'sysctl', '-q', '-p', kept)
      expect(setting('net.ipv4.conf.eth0/7.rp_filter')).toBe('2')

      const undone = await fix('--undo', idIn(applied))
      expect([undone.code, undone.stderr]).toEqual([0, ''])
      expect(setting('net.ipv4.conf.eth0/7.rp_filter')).toBe('1')
      expect(existsSync(kept)).toBe(false)
    },
    TEST_MS,
  )

  it(
    'F19: one card answers; what somebody has changed since is left alone',
    async () => {
      const applied = await fix('F19', '--apply', '--yes', '--no-keep')
      expect([applied.code, applied.stderr]).toEqual([0, ''])
      const both = (): string[] =>
        ['arp_ignore', 'arp_announce'].map((name) => setting(`net.ipv4.conf.all.${name}`))
      expect(both()).toEqual(['1', '2'])
      expect(existsSync(join(folder, '90-lbctl-F19.conf'))).toBe(false)
      expect((await fix('F19')).stdout).toContain('No fix: arp_ignore and arp_announce are set')

      net.run(host, 'sysctl', '-qw', 'net.ipv4.conf.all.arp_ignore=2')
      const left = await fix('--undo', idIn(applied))
      expect([left.code, both()]).toEqual([4, ['2', '2']])
      net.run(host, 'sysctl', '-qw', 'net.ipv4.conf.all.arp_ignore=1')
      expect((await fix('--undo', idIn(applied))).code).toBe(0)
      expect(both()).toEqual(['0', '0'])
    },
    TEST_MS,
  )

  it(
    'a record that was changed by hand leads nowhere else',
    async () => {
      const record = {
        ...{ format: 'lbctl-fix/1', id: 'F30-x', code: 'F30' },
        entries: [
          { type: 'sysctl', host: 'x', settings: [{ key: 'net.//.//tmp', before: '1', after: '2' }] },
        ],
      }
      const path = join(folder, 'record.json')
      writeFileSync(path, JSON.stringify(record))
      const { code, stderr } = await fix('--undo', path)
      expect([code, stderr]).toEqual([2, expect.stringContaining('changed by hand or is damaged')])
    },
    TEST_MS,
  )
})
