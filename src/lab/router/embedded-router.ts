// A BGP router for tests and for finding out: it waits for peers, takes their routes, decides which it would use, and forwards
// nothing. Sessions are those of src/bgp; a router with a fault has connections of its own (`fault.ts`).
import { AdjRibIn } from '../../bgp/adj-rib-in.ts'
import { AdjRibOut } from '../../bgp/adj-rib-out.ts'
import type { PathSource } from '../../bgp/decision/best-path.ts'
import { LocRib } from '../../bgp/decision/loc-rib.ts'
import type { DynamicPeers } from '../../bgp/dynamic-peers.ts'
import type { BgpPeerOptions } from '../../bgp/peer.ts'
import type { BgpListenOptions, BgpPorts } from '../../bgp/ports.ts'
import type { BgpReport } from '../../bgp/report.ts'
import { BgpSpeaker } from '../../bgp/speaker.ts'
import { type Ip, type IpFamily, parseIp } from '../../net/ip.ts'
import type { Prefix } from '../../net/prefix.ts'
import type { RouterEvent, RouterEventContent, RouterSnapshot } from '../../router/running.ts'

export interface EmbeddedRouterOptions {
  readonly asn: number
  readonly routerId: Ip
  readonly peerAsn: number | 'any'
  /** who may connect */
  readonly neighbors: readonly Prefix[]
  readonly password: string | undefined
  readonly holdTimeSeconds: number
  readonly families: readonly IpFamily[]
  readonly maximumPrefixes: number | undefined
  /** paths to one prefix that are used at once */
  readonly maximumPaths: number
  /** what every peer is told */
  readonly announce: readonly Prefix[]
}

/** How long routes of a peer that restarts are kept when it comes to that (RFC 4724). */
const RESTART_SECONDS = 120
const MAXIMUM_PEERS = 1000

export class EmbeddedRouter {
  readonly #options: EmbeddedRouterOptions
  readonly #ports: Omit<BgpPorts, 'sink'>
  readonly #tell: (event: RouterEvent) => void
  readonly #sources = new Map<string, PathSource>()
  readonly #rib: LocRib
  readonly #speaker: BgpSpeaker

  constructor(
    options: EmbeddedRouterOptions,
    ports: Omit<BgpPorts, 'sink'>,
    tell: (event: RouterEvent) => void,
  ) {
    this.#options = options
    this.#ports = ports
    this.#tell = tell
    this.#rib = new LocRib({
      ...{ localAsn: options.asn, maximumPaths: options.maximumPaths, nowMs: () => ports.clock.wallMs() },
      onChange: (change) => this.#say({ kind: 'route', change }),
    })
    this.#speaker = new BgpSpeaker({
      ...ports,
      sink: { report: (report) => this.#hear(report) },
      outbound: () => this.#outbound(),
      inbound: (peer) => this.#inbound(peer),
    })
    this.#speaker.setDynamicPeers([this.#anyPeer()])
  }

  /** @returns the port. Rejects with LbctlError. */
  async listen(options: BgpListenOptions): Promise<number> {
    return (await this.#speaker.listen(options)).port
  }

  /** Ends all sessions with Cease. */
  async stop(): Promise<void> {
    await this.#speaker.stop({ graceful: false, words: 'lbctl router run ends' })
  }

  snapshot(): RouterSnapshot {
    const { asn, routerId } = this.#options
    const routes = { 4: this.#rib.routes(4), 6: this.#rib.routes(6) }
    return { asn, routerId, peers: this.#speaker.status(), routes }
  }

  #anyPeer(): DynamicPeers {
    const { asn, peerAsn, routerId, holdTimeSeconds, families, maximumPrefixes, neighbors, password } =
      this.#options
    return {
      prefixes: neighbors,
      options: {
        ...{ localAsn: asn, peerAsn, routerId, holdTimeSeconds, families, maximumPrefixes },
        ...{ keepaliveTimeSeconds: undefined, connectRetrySeconds: 120 },
        gracefulRestart: { restartSeconds: RESTART_SECONDS },
      },
      remote: password === undefined ? {} : { password },
      maximum: MAXIMUM_PEERS,
    }
  }

  #outbound(): AdjRibOut {
    const routes = new AdjRibOut()
    routes.setDesired(
      this.#options.announce.map((prefix) => ({
        ...{ prefix, localPreference: undefined, communities: [], largeCommunities: [] },
      })),
    )
    return routes
  }

  #inbound({ name, remote }: BgpPeerOptions): AdjRibIn {
    return new AdjRibIn({
      onRoute: (prefix, route) => {
        const unknown = { peer: name, address: remote.address, routerId: remote.address, internal: false }
        this.#rib.update(this.#sources.get(name) ?? unknown, prefix, route)
      },
    })
  }

  #hear(report: BgpReport): void {
    switch (report.kind) {
      case 'established': {
        const { peer, agreement } = report
        const address = parseIp(peer.split('%')[0] ?? '') ?? agreement.peerRouterId
        const { peerRouterId: routerId, internal } = agreement
        this.#sources.set(peer, { peer, address, routerId, internal })
        this.#say({ kind: 'peer-up', peer, agreement })
        break
      }
      case 'ended': {
        const established = report.ending.state === 'established'
        this.#say({ kind: 'peer-down', peer: report.peer, established, words: report.words })
        break
      }
      case 'update-errors': {
        const { peer, errors, total } = report
        this.#say({ kind: 'update-errors', peer, errors, total })
        break
      }
      case 'refused':
        this.#say({ kind: 'refused', remote: report.remote })
        break
      default:
        break
    }
  }

  #say(content: RouterEventContent): void {
    this.#tell({ atMs: this.#ports.clock.wallMs(), ...content })
  }
}
