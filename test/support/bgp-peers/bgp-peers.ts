// The daemons, by name: what they are started with, and what each of them cannot do, with the reason.
import { execFileSync } from 'node:child_process'
import type { NetLab } from '../namespaces.ts'
import type { BgpPeerDaemon } from './bgp-peer-daemon.ts'
import { BirdPeer } from './bird-peer.ts'
import { ExabgpPeer } from './exabgp-peer.ts'
import { FrrPeer } from './frr-peer.ts'
import { GobgpPeer } from './gobgp-peer.ts'
import { OpenbgpdPeer } from './openbgpd-peer.ts'
import type { PeerConfig, PeerKind } from './peer-config.ts'

export const PEER_KINDS: readonly PeerKind[] = ['frr', 'bird', 'gobgpd', 'exabgp', 'openbgpd']

export const PEER_PROGRAMS: Readonly<Record<PeerKind, readonly string[]>> = {
  frr: ['vtysh', '/usr/lib/frr/bgpd'],
  bird: ['bird', 'birdc'],
  gobgpd: ['gobgpd', 'gobgp'],
  exabgp: ['exabgp', 'mkfifo'],
  openbgpd: ['bgpctl', 'bgpd'],
}

export function bgpPeer(kind: PeerKind, lab: NetLab, namespace: string, config: PeerConfig): BgpPeerDaemon {
  switch (kind) {
    case 'frr':
      return new FrrPeer(lab, namespace, config)
    case 'bird':
      return new BirdPeer(lab, namespace, config)
    case 'gobgpd':
      return new GobgpPeer(lab, namespace, config)
    case 'exabgp':
      return new ExabgpPeer(lab, namespace, config)
    case 'openbgpd':
      return new OpenbgpdPeer(lab, namespace, config)
  }
}

/** What a daemon cannot do, and why: scenarios that need it leave the daemon out and say so. */
export type Ability =
  | 'route-refresh'
  | 'shutdown-words'
  | 'maximum-prefixes'
  | 'graceful-restart'
  | 'unnumbered'
  | 'many-routes'

const LACKING: Readonly<Record<PeerKind, Readonly<Partial<Record<Ability, string>>>>> = {
  frr: {},
  bird: { unnumbered: 'bird has no neighbours whose address comes from router advertisements' },
  gobgpd: {
    'route-refresh': 'no command of gobgp sends a ROUTE-REFRESH; softresetin works on what gobgpd has kept',
    'many-routes': 'gobgp takes one route per call of its client',
    unnumbered:
      'gobgpd reads the neighbour table of the kernel instead of listening for router advertisements',
  },
  exabgp: {
    'shutdown-words': 'exabgp has no command that ends a session with words',
    'maximum-prefixes': 'exabgp keeps no table and counts nothing',
    'graceful-restart': 'exabgp keeps no table, so it has no routes to keep while a neighbour restarts',
    unnumbered: 'exabgp needs the address of every neighbour',
  },
  openbgpd: { unnumbered: 'openbgpd needs the address of every neighbour' },
}

/** Why a daemon is left out; undefined when it can do it. */
export const lacks = (kind: PeerKind, ability: Ability): string | undefined => LACKING[kind][ability]

const VERSIONS: Readonly<Record<PeerKind, readonly [program: string, ...string[]]>> = {
  frr: ['/usr/lib/frr/bgpd', '--version'],
  bird: ['bird', '--version'],
  gobgpd: ['gobgpd', '--version'],
  exabgp: ['exabgp', '--version'],
  openbgpd: ['bgpd', '-V'],
}

/** The first line in which the daemon tells its version. */
export function peerVersion(kind: PeerKind): string {
  const [program, ...args] = VERSIONS[kind]
  const text = execFileSync('sh', ['-c', `"$0" "$@" 2>&1`, program, ...args], { encoding: 'utf8' })
  return text.split('\n').find((line) => /\d+\.\d+/.test(line)) ?? text
}

/** For the output of a test file: what it ran against. */
export const printVersions = (kinds: readonly PeerKind[]): void =>
  console.info(kinds.map((kind) => `${kind}: ${peerVersion(kind)}`).join('\n'))
