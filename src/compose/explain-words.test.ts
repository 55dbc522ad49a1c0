// Whatever a terminal, a log or an event says in this field has a page, or leads to one that is near.
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { explainLine } from '../diagnose/logs/explain-line.ts'
import { LOG_PATTERNS } from '../diagnose/logs/pattern-list.ts'
import { findPage, listPages } from './documentation.ts'
import { errorOfNumber } from './error-numbers.ts'
import { printedWords } from './printed-words.ts'

const root = new URL('../../', import.meta.url)
const code = (asked: string): string => findPage(asked, root).code

describe('errors of the kernel', () => {
  it.each([
    ...['EPERM 1', 'ESRCH 3', 'ENXIO 6', 'EAGAIN 11', 'EACCES 13', 'EEXIST 17', 'ENODEV 19', 'EINVAL 22'],
    ...['EMFILE 24', 'EPIPE 32', 'EMSGSIZE 90', 'ENOPROTOOPT 92', 'EPROTONOSUPPORT 93', 'EOPNOTSUPP 95'],
    ...['EAFNOSUPPORT 97', 'EADDRINUSE 98', 'EADDRNOTAVAIL 99', 'ENETDOWN 100', 'ENETUNREACH 101'],
    ...['ENETRESET 102', 'ECONNABORTED 103', 'ECONNRESET 104', 'ENOBUFS 105', 'ENOTCONN 107'],
    ...['ETIMEDOUT 110', 'ECONNREFUSED 111', 'EHOSTDOWN 112', 'EHOSTUNREACH 113', 'EINPROGRESS 115'],
  ])('%s', (both) => {
    const [name = '', number = ''] = both.split(' ')
    for (const asked of [name, name.toLowerCase(), number, `(${number})`, `errno ${number}`])
      expect(code(asked)).toBe(name)
    expect(code(`connect: (os error ${number})`)).toBe(name)
    expect(code(`connect() failed: ${name}`)).toBe(name)
  })

  it('has the words of each', () => {
    for (const file of readdirSync(new URL('docs/errors/', root))) {
      const name = file.replace('.md', '')
      for (const words of printedWords(readFileSync(new URL(`docs/errors/${file}`, root), 'utf8')))
        if (!/^0x|^link/.test(words)) expect([words, code(words)]).toEqual([words, name])
    }
  })

  it('a number is one only where nothing else is meant', () => {
    expect(errorOfNumber('113')).toBe('EHOSTUNREACH')
    for (const words of ['10.0.0.113', '113 packets', '6/5', 'port 111', '999', 'F36'])
      expect(errorOfNumber(words)).toBeUndefined()
  })
})

describe('words of terminals', () => {
  it.each([
    ['Idle', 'Idle'],
    ['active', 'Active'],
    ['Connect', 'Connect'],
    ['OpenSent', 'OpenSent'],
    ['OpenConfirm', 'OpenConfirm'],
    ['Established', 'Established'],
    ['Idle (Admin)', 'IdleAdmin'],
    ['Idle (PfxCt)', 'IdlePfxCt'],
    ['192.0.2.1 4 64512 0 0 0 0 0 never Idle (Admin) 0 N/A', 'IdleAdmin'],
    ['(Policy)', 'Policy'],
    ['NoNeg', 'NoNeg'],
    ['  BGP state = Active', 'Active'],
    ['<pending>', 'Pending'],
    ['web   LoadBalancer   10.96.0.10   <pending>   80:31234/TCP', 'Pending'],
    ['? (192.0.2.10) at (incomplete) on eth0', 'INCOMPLETE'],
    ['192.0.2.10 dev eth0 FAILED', 'FAILED'],
    ['From 192.0.2.1 icmp_seq=1 Destination Host Unreachable', 'EHOSTUNREACH'],
    ['curl: (56) Recv failure: Connection reset by peer', 'ECONNRESET'],
    ['curl: (6) Could not resolve host: shop.example.com', 'ENOTFOUND'],
    ['RTNETLINK answers: File exists', 'EEXIST'],
    ['Cannot find device "ens18"', 'ENODEV'],
    ['peer0 BGP --- start 11:11:11 Active Socket: Connection refused', 'ECONNREFUSED'],
    ['CrashLoopBackOff', 'CrashLoopBackOff'],
    ['ImagePullBackOff', 'ImagePullBackOff'],
  ])('%s', (asked, expected) => expect(code(asked)).toBe(expected))
})

it.each([
  ...[
    'IPAllocated',
    'AllocationFailed',
    'ClearAssignment',
    'LoadBalancerFailed',
    'nodeAssigned',
    'announceFailed',
  ],
  ...['FailedCreate', 'FailedMount', 'FailedScheduling', 'BackOff', 'Unhealthy', 'SyncLoadBalancerFailed'],
  ...['EnsuringLoadBalancer', 'NodeNotReady'],
])('the reason %s of events', (reason) => {
  expect(code(reason)).toBe(reason)
  expect(findPage(reason.toLowerCase(), root).kind).toBe('event')
})

it('every code of the list leads to its own page, and every finding that a page names is there', () => {
  const groups = listPages(root)
  const findings = groups.find(({ kind }) => kind === 'finding')?.pages.map((page) => page.code) ?? []
  expect(findings).toHaveLength(48)
  for (const { kind, pages } of groups)
    for (const page of pages) {
      expect([kind, code(page.code)]).toEqual([kind, page.code])
      if (kind === 'rule') continue
      for (const [named] of findPage(page.code, root).markdown.matchAll(/\bF\d{2}\b/g))
        expect(findings).toContain(named)
    }
})

it('every pattern of a log leads to a finding that has a page', () => {
  for (const { code: finding } of LOG_PATTERNS) if (finding !== undefined) expect(code(finding)).toBe(finding)
})

it.each([
  ['BGP: Unexpected connect from unknown address 192.0.2.9 (port 1)', 'router-unknown-neighbour'],
  ['Was able to connect to node-b over TCP but UDP probes failed', 'memberlist-udp-blocked'],
  ['skipping should announce l2 nodeLabeledExcludeBalancers', 'speaker-silent'],
])('the message alone: %s', (message, signature) => {
  expect(() => code(message)).toThrow('There is no page')
  expect(explainLine(message, 2026)?.signature).toBe(signature)
})

it.each([
  ['ECONREFUSED', 'ECONNREFUSED'],
  ['no rout to hst', 'No route to host'],
  ['FailedSheduling', 'FailedScheduling'],
  ['Establised', 'Established'],
  ['F99', 'F09'],
])('%s is near to %s', (typed, near) => {
  try {
    findPage(typed, root)
    expect.unreachable()
  } catch (error) {
    expect((error as { hints: string[] }).hints.join(' ')).toContain(near)
  }
})
