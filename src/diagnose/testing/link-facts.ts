// Facts for the tests of the checks: a client with one good card and one good answer, and how to change that.
import {
  type ExaminedInterface,
  LINK_FACTS_FORMAT,
  type LinkFacts,
  type ProbeRound,
  type Reply,
} from '../facts/link-facts.ts'

export const MAC_A = '52:54:00:00:00:0a'
export const MAC_B = '52:54:00:00:00:0b'
export const OWN_MAC = '52:54:00:00:00:01'
export const TARGET = '192.0.2.10'

export const card = (changes: Partial<ExaminedInterface> = {}): ExaminedInterface => ({
  name: 'eth0',
  kind: undefined,
  hardwareType: 1,
  up: true,
  carrier: true,
  broadcast: true,
  loopback: false,
  pointToPoint: false,
  noArp: false,
  promiscuous: false,
  mac: OWN_MAC,
  mtu: 1500,
  master: undefined,
  vlanId: undefined,
  bondMode: undefined,
  wireless: false,
  virtualDriver: undefined,
  arpIgnore: 0,
  arpAnnounce: 0,
  rpFilter: 0,
  addresses: [
    {
      interface: 'eth0',
      address: '192.0.2.1',
      prefixLength: 24,
      linkLocal: false,
      tentative: false,
      dadFailed: false,
    },
    {
      interface: 'eth0',
      address: 'fe80::1',
      prefixLength: 64,
      linkLocal: true,
      tentative: false,
      dadFailed: false,
    },
  ],
  ...changes,
})

/** One reply per hardware address; each inner list is what came back to one probe. */
export const round = (
  answers: readonly (readonly string[])[],
  changes: Partial<ProbeRound> = {},
): ProbeRound => ({
  purpose: 'owner',
  method: 'arp-probe',
  interface: 'eth0',
  address: TARGET,
  sender: '0.0.0.0',
  unicastTo: undefined,
  vlanId: undefined,
  sent: Math.max(1, answers.length),
  errors: [],
  replies: answers.flatMap((macs, index) =>
    macs.map(
      (mac): Reply => ({ probe: index + 1, mac, frameMac: undefined, rttMicroseconds: 100, kind: 'answer' }),
    ),
  ),
  ...changes,
})

export const linkFacts = (changes: Partial<LinkFacts> = {}): LinkFacts => ({
  format: LINK_FACTS_FORMAT,
  target: { asked: TARGET, address: TARGET, family: 4 },
  host: { name: 'client', netns: undefined, virtualPlatform: undefined },
  rawFrames: true,
  route: {
    found: true,
    type: 'unicast',
    code: undefined,
    interface: 'eth0',
    gateway: undefined,
    source: '192.0.2.1',
    table: 254,
    mtu: undefined,
    onLink: [{ prefix: '192.0.2.0/24', interface: 'eth0', metric: 0 }],
    rules: [],
  },
  interfaces: [card()],
  interfacesGiven: false,
  own: undefined,
  examined: { address: TARGET, role: 'target' },
  neighbourBefore: [],
  neighbourAfter: [],
  rounds: [round([[MAC_A], [MAC_A], [MAC_A]])],
  kernelResolution: undefined,
  sameMac: [],
  returnPaths: [],
  reach: undefined,
  nodes: undefined,
  ...changes,
})

/** The same with IPv6 addresses. */
export const linkFacts6 = (changes: Partial<LinkFacts> = {}): LinkFacts => {
  const address = '2001:db8::10'
  return linkFacts({
    target: { asked: address, address, family: 6 },
    examined: { address, role: 'target' },
    rounds: [round([[MAC_A]], { method: 'ns-link-local', sender: 'fe80::1', address })],
    ...changes,
  })
}
