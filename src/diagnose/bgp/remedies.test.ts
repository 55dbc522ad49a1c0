import { describe, expect, it } from 'vitest'
import type { Fix } from '../finding.ts'
import { judgeBgp } from './bgp-diagnosis.ts'
import type { BgpFacts } from './bgp-facts.ts'
import { attempt, bgpFacts, conversation, notificationOf, openOfPeer, session } from './testing/bgp-facts.ts'

const judged = (more: Partial<BgpFacts>) => judgeBgp(bgpFacts(more))
const fixesOf = (more: Partial<BgpFacts>): readonly Fix[] => judged(more).findings[0]?.fix ?? []
const routerLines = (more: Partial<BgpFacts>): string[] =>
  fixesOf(more).flatMap(({ configuration = [] }) =>
    configuration[0]?.startsWith('apiVersion') === true ? [] : configuration,
  )
const resultOf = (id: string, more: Partial<BgpFacts>) =>
  judged(more).checks.find((check) => check.id === id)?.result

const refused = attempt({ result: 'failed', code: 'ECONNREFUSED' })
const wrongAsn = conversation([['peer', openOfPeer({ asn: 64999 })]])

describe('what to write on the router', () => {
  it('leaves the filters of a neighbour that is there alone', () => {
    const silent = { attempts: [attempt({ result: 'silent' }), attempt({ purpose: 'other-port', port: 22 })] }
    for (const facts of [silent, { conversation: wrongAsn }]) {
      const lines = routerLines(facts)
      expect(lines.length).toBeGreaterThan(1)
      expect(lines.filter((line) => /route-map|prefix-list/.test(line))).toEqual([])
    }
  })

  it('keeps the AS number of FRR, which cannot change it while it runs', () => {
    expect(routerLines({ conversation: wrongAsn })).toEqual([
      'router bgp 64999',
      ' neighbor 192.0.2.1 remote-as 64512',
      ' neighbor 192.0.2.1 local-as 64513 no-prepend replace-as',
    ])
  })

  it('asks in the words of the vendor', () => {
    const commands = (routerVendor: string) =>
      fixesOf({
        routerVendor,
        conversation: conversation([], { end: { how: 'we', code: undefined, atMs: 3000 } }),
      }).flatMap(({ command }) => command ?? [])
    expect(commands('frr')).toContain('vtysh -c "show bgp neighbors 192.0.2.1"')
    expect(commands('bird')).toContain('birdc show protocols all')
    expect(commands('junos')).toContain('show bgp neighbor 192.0.2.1')
  })

  it('has no command of Linux for a router that is none', () => {
    const commands = (routerVendor: string) =>
      fixesOf({ routerVendor, attempts: [refused], conversation: undefined }).flatMap(
        ({ command }) => command ?? [],
      )
    expect(commands('bird')).toEqual(['ss -ltnp "sport = :179"'])
    expect(commands('cisco-ios')).toEqual([])
    expect(commands('opnsense')).toEqual(['sockstat -l -p 179'])
  })

  it('does not offer both families where a third one is asked for', () => {
    const asked = (afi: number, safi: number) =>
      fixesOf({
        conversation: conversation([
          ['us', openOfPeer({ asn: 64512 })],
          ['peer', notificationOf(2, 7, Uint8Array.of(1, 4, 0, afi, 0, safi))],
        ]),
      }).some(({ configuration = [] }) => configuration.includes('  dualStackAddressFamily: true'))
    expect(asked(2, 1)).toBe(true)
    expect(asked(25, 70)).toBe(false)
  })
})

describe('what was not tested', () => {
  it('is no agreement when the peer was not asked', () => {
    const open = ['peer', openOfPeer({})] as const
    expect(resultOf('notification', { conversation: conversation([open]) })).toBe('skip')
    expect(resultOf('notification', { conversation: conversation([]) })).toBe('skip')
    const asked = conversation([open, ['us', openOfPeer({ asn: 64512 })]])
    expect(resultOf('notification', { conversation: { ...asked, handshake: true } })).toBe('pass')
  })

  it('is how far packets get when none came back', () => {
    const attempts = [attempt({ result: 'silent' })]
    expect(resultOf('hops', { attempts, conversation: undefined })).toBe('skip')
    expect(resultOf('hops', { attempts: [refused], conversation: undefined })).toBe('pass')
  })

  it('is a handshake beside a session that is there, and it is said', () => {
    const live = {
      notTried: 'session',
      sessions: [session()],
      attempts: [],
      conversation: undefined,
    } as const
    expect(judged(live).notTested.join('\n')).toMatch(/a handshake: nothing is sent beside a session/)
  })
})

it('a refusal by this host itself is told as such', () => {
  const facts = bgpFacts({ attempts: [refused], conversation: undefined })
  const { way } = facts
  const local =
    way === undefined ? undefined : { ...way, nextHop: undefined, route: { ...way.route, type: 'local' } }
  const evidence = judgeBgp({ ...facts, way: local }).findings[0]?.evidence.join('\n')
  expect(evidence).toMatch(/is an address of this host itself/)
  expect(evidence).not.toMatch(/route, ARP/)
})
