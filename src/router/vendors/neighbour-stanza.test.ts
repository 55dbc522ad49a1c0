import { expect, it } from 'vitest'
import { resolveSession } from '../../config/semantics/bgp-session.ts'
import { parseIp } from '../../net/ip.ts'
import { FULL, PLAIN, UNNUMBERED } from '../testing/clusters.ts'
import { objectsOf, planOf } from '../testing/plans.ts'
import { neighbourStanza } from './neighbour-stanza.ts'
import { VENDORS } from './render.ts'

const sessionOf = (yaml: string) => {
  const [peer] = objectsOf(yaml).peers
  const session = peer === undefined ? undefined : resolveSession(peer)
  if (session?.ok !== true) throw new Error('no session')
  return session.value
}
const node = { name: 'worker-1', address: parseIp('192.0.2.11')! }
const textOf = (yaml: string, vendor: (typeof VENDORS)[number], more = {}): string =>
  neighbourStanza({ session: sessionOf(yaml), node, ...more }, vendor)?.lines.join('\n') ?? ''

it.each(VENDORS)('%s: one neighbour, with the settings of its peer', (vendor) => {
  const text = textOf(FULL, vendor)
  expect(text).toContain('192.0.2.11')
  expect(text).toContain('64512')
  expect(text).toContain('PASSWORD-OF-TOR')
  expect(text).not.toContain('192.0.2.12')
})

it('lets in what the node announces where that is known, and every single address where it is not', () => {
  const { entries } = planOf(PLAIN, [
    { name: 'worker-1', labels: {}, addresses: [node.address], routerInterface: undefined },
  ]).filters[0]!
  expect(textOf(PLAIN, 'frr', { entries })).toContain('permit 198.51.100.0/24 ge 32 le 32')
  expect(textOf(PLAIN, 'frr')).toContain('permit 0.0.0.0/0 ge 32 le 32')
})

it('is none where the router is not known well enough', () => {
  expect(neighbourStanza({ session: sessionOf(UNNUMBERED), node }, 'frr')).toBeUndefined()
  const open = PLAIN.replace('peerASN: 64500', 'dynamicASN: external')
  expect(neighbourStanza({ session: sessionOf(open), node }, 'frr')).toBeUndefined()
  expect(textOf(open, 'frr', { routerAsn: 65001 })).toContain('router bgp 65001')
})
