// Our speaker with each daemon: who dials whom, over which way.
import { expect } from 'vitest'
import type { Host } from '../support/bgp-peers/hosts.ts'
import { describeMatrix, matrix, type Scenario } from '../support/bgp-peers/matrix.ts'
import { advertisement } from '../support/bgp-peers/our-speaker.ts'
import { kernelCounter } from '../support/bgp-peers/tcp-facts.ts'
import { eventually, type NetLab } from '../support/namespaces.ts'

const PREFIX = '198.51.100.1/32'

const comesUp: Scenario = async ({ our, peer }) => {
  our.announce(advertisement(PREFIX))
  await peer.established()
  await our.reaches('established')
  await peer.routesThat('our route', ([route]) => route?.prefix === PREFIX)
}

/** Two hosts with a router between them. */
function acrossRouter(lab: NetLab): readonly [Host, Host] {
  const [left, router, right] = [lab.namespace(), lab.namespace(), lab.namespace()] as const
  lab.connect([left, 'eth0'], [router, 'left'])
  lab.connect([right, 'eth0'], [router, 'right'])
  lab.run(router, 'sysctl', '-qw', 'net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1')
  for (const [namespace, link, address] of [
    [left, 'eth0', '192.0.2.1/25'],
    [router, 'left', '192.0.2.126/25'],
    [router, 'right', '192.0.2.254/25'],
    [right, 'eth0', '192.0.2.129/25'],
    [left, 'eth0', '2001:db8::1/64'],
    [right, 'eth0', '2001:db8:1::1/64'],
  ] as const)
    lab.ip(namespace, `addr add ${address} dev ${link}`)
  lab.ip(left, 'route add default via 192.0.2.126')
  lab.ip(right, 'route add default via 192.0.2.254')
  return [
    { namespace: left, link: 'eth0', address4: '192.0.2.1', address6: '2001:db8::1', middle: router },
    { namespace: right, link: 'eth0', address4: '192.0.2.129', address6: '2001:db8:1::1' },
  ]
}

describeMatrix('our speaker', () => {
  const test = matrix()

  test('through a router', { hosts: acrossRouter, theirs: { multihop: 2 } }, comesUp)

  test('through a router, to a peer that expects us on its link', {
    hosts: acrossRouter,
    without: { exabgp: 'exabgp sends with the TTL of the kernel and asks for no direct link' },
  }, async (stage) => {
    // bird does not even listen while the neighbour is not on a link of its own; the others answer, with TTL 1.
    if (stage.kind === 'bird')
      await stage.our.sees('refusals', () => stage.our.lastWords.includes('ECONNREFUSED'))
    else
      await eventually(
        'packets of the peer die at the router',
        () => kernelCounter(stage.lab, stage.us.middle ?? '', 'OutTimeExcds') >= 3 || undefined,
        45_000,
      )
    expect(await stage.peer.sessionState()).not.toBe('established')
    expect(stage.our.establishments).toBe(0)
  })

  test('dialling a peer that waits', { theirs: { passive: true }, listen: false }, async (stage) => {
    await comesUp(stage)
    expect(stage.our.status.session?.direction).toBe('ours')
  })

  test('waiting for a peer that dials', { ours: { passive: true } }, async (stage) => {
    await comesUp(stage)
    expect(stage.our.status.session?.direction).toBe('theirs')
  })
})
