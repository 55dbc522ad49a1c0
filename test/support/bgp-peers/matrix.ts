// One scenario for our speaker, played with each daemon: two hosts on a cable, the daemon in one, we in the other. Everything is
// new for each, so that no scenario knows of another.
import { afterAll, beforeAll, it } from 'vitest'
import type { BgpPeerOptions } from '../../../src/bgp/peer.ts'
import { describeInterop, NetLab } from '../namespaces.ts'
import type { BgpPeerDaemon } from './bgp-peer-daemon.ts'
import { type Ability, bgpPeer, lacks, PEER_KINDS, PEER_PROGRAMS, printVersions } from './bgp-peers.ts'
import { cable, type Host } from './hosts.ts'
import { address, OurSpeaker, PEER } from './our-speaker.ts'
import type { NeighbourConfig, PeerConfig, PeerKind } from './peer-config.ts'

export const OUR_ASN = 64_512
export const THEIR_ASN = 64_513

/** What a scenario differs in from a session between two AS over IPv4 that carries IPv4. */
export interface Setting {
  readonly theirs?: Partial<NeighbourConfig>
  readonly theirAsn?: number
  readonly ours?: Partial<Omit<BgpPeerOptions, 'remote'>>
  readonly remote?: Partial<BgpPeerOptions['remote']>
  /** TCP between IPv6 addresses */
  readonly overIpv6?: boolean
  /** do not accept connections */
  readonly listen?: boolean
  /** routes of the daemon from the start */
  readonly announce?: readonly string[]
  /** the two hosts; default: one cable */
  readonly hosts?: (lab: NetLab) => readonly [us: Host, them: Host]
  /** what the daemon must be able to do */
  readonly needs?: readonly Ability[]
  /** daemons that cannot play it, each with the reason */
  readonly without?: Readonly<Partial<Record<PeerKind, string>>>
  /** the scenario starts a speaker of its own; `our` has no peer and does not listen */
  readonly withoutUs?: boolean
}

export interface Stage {
  readonly kind: PeerKind
  readonly lab: NetLab
  readonly us: Host
  readonly them: Host
  readonly peer: BgpPeerDaemon
  /** of our speaker for the daemon */
  readonly options: BgpPeerOptions
  readonly our: OurSpeaker
  /** Another speaker of ours in place of the one before. */
  restart(how: { restarted: boolean; options?: BgpPeerOptions }): Promise<OurSpeaker>
}

export type Scenario = (stage: Stage) => Promise<void>

/** One test for each daemon. Who is left out is printed with the reason. */
export function matrix(kinds: readonly PeerKind[] = PEER_KINDS) {
  return (title: string, setting: Setting, scenario: Scenario): void => {
    for (const kind of kinds) {
      const reason = setting.without?.[kind] ?? setting.needs?.map((need) => lacks(kind, need)).find(Boolean)
      if (reason !== undefined) console.info(`left out: ${title} with ${kind}: ${reason}`)
      else it(`${title}: ${kind}`, () => play(kind, setting, scenario))
    }
  }
}

let lab: NetLab | undefined

/** Around the scenarios of a file. */
export function describeMatrix(title: string, tests: () => void): void {
  const programs = [...new Set(PEER_KINDS.flatMap((kind) => PEER_PROGRAMS[kind]))]
  describeInterop(title, programs, () => {
    beforeAll(async () => {
      printVersions(PEER_KINDS)
      lab = await NetLab.create()
    })
    afterAll(() => lab?.destroy())
    tests()
  })
}

async function play(kind: PeerKind, setting: Setting, scenario: Scenario): Promise<void> {
  const net = lab
  if (net === undefined) throw new Error('scenarios are played inside describeMatrix')
  const [us, them] = (setting.hosts ?? cable)(net)
  const options = ourOptions(us, them, setting)
  const peer = bgpPeer(kind, net, them.namespace, theirConfig(us, them, setting))
  try {
    await peer.start()
    await net.inside(us.namespace, async () => {
      const start = (one: BgpPeerOptions, restarted: boolean) =>
        OurSpeaker.start([one], {
          restarted,
          ...(setting.listen === undefined ? {} : { listen: setting.listen }),
        })
      let our =
        setting.withoutUs === true
          ? await OurSpeaker.start([], { listen: false })
          : await start(options, false)
      const restart: Stage['restart'] = async (how) => {
        our = await start(how.options ?? options, how.restarted)
        return our
      }
      try {
        await scenario({ kind, lab: net, us, them, peer, options, our, restart })
      } catch (error) {
        throw new Error(`${String(error)}\n${our.explain()}\n${await peer.explain()}`, { cause: error })
      } finally {
        await our.stop()
      }
    })
  } finally {
    await peer.kill()
  }
}

export function ourOptions(
  us: Host,
  them: Host,
  { ours, remote, overIpv6, theirAsn }: Setting,
): BgpPeerOptions {
  return {
    name: PEER,
    localAsn: OUR_ASN,
    peerAsn: theirAsn ?? THEIR_ASN,
    routerId: address(us.address4),
    holdTimeSeconds: 90,
    keepaliveTimeSeconds: undefined,
    connectRetrySeconds: 1,
    families: [4],
    gracefulRestart: undefined,
    passive: false,
    maximumPrefixes: undefined,
    ...ours,
    remote: {
      address: address(overIpv6 === true ? them.address6 : them.address4),
      port: 179,
      ...remote,
    },
  }
}

function theirConfig(us: Host, them: Host, setting: Setting): PeerConfig {
  const { theirs, theirAsn = THEIR_ASN, ours, overIpv6 = false, announce } = setting
  return {
    asn: theirAsn,
    routerId: them.address4,
    address4: them.address4,
    address6: them.address6,
    ...(announce === undefined ? {} : { announce }),
    neighbours: [
      {
        neighbour: overIpv6 ? us.address6 : us.address4,
        localAddress: overIpv6 ? them.address6 : them.address4,
        remoteAsn: ours?.localAsn ?? OUR_ASN,
        families: ours?.families ?? [4],
        ...theirs,
      },
    ],
  }
}
