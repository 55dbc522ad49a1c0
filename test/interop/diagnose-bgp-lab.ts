// A node and a router on one cable, and what `lbctl diagnose bgp` says on the node about the router.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BgpFacts } from '../../src/diagnose/bgp/bgp-facts.ts'
import type { BgpPeerDaemon } from '../support/bgp-peers/bgp-peer-daemon.ts'
import { bgpPeer } from '../support/bgp-peers/bgp-peers.ts'
import { cable, type Host } from '../support/bgp-peers/hosts.ts'
import type { NeighbourConfig, PeerConfig, PeerKind } from '../support/bgp-peers/peer-config.ts'
import type { Outcome, RunOptions } from '../support/cli.ts'
import { eventually, type NetLab } from '../support/namespaces.ts'
import { diagnose, type Judged, judged } from './diagnose-lab.ts'

export const NODE_ASN = 64512
export const ROUTER_ASN = 64513
export const BOTH = `--my-asn ${NODE_ASN} --peer-asn ${ROUTER_ASN}`

export class BgpLab {
  readonly lab: NetLab
  readonly node: Host
  readonly router: Host
  readonly #folder = mkdtempSync(join(tmpdir(), 'lbctl-diagnose-bgp-'))

  constructor(lab: NetLab) {
    this.lab = lab
    const [node, router] = cable(lab)
    this.node = node
    this.router = router
  }

  /** A daemon on the router, which has the node as its neighbour unless it is told otherwise. */
  async daemon(
    kind: PeerKind,
    neighbour: Partial<NeighbourConfig> = {},
    more: Partial<PeerConfig> = {},
  ): Promise<BgpPeerDaemon> {
    const { router, node, lab } = this
    const six = neighbour.neighbour?.includes(':') === true
    const daemon = bgpPeer(kind, lab, router.namespace, {
      asn: ROUTER_ASN,
      routerId: '10.255.0.2',
      address4: router.address4,
      address6: router.address6,
      neighbours: [
        {
          neighbour: node.address4,
          localAddress: six ? router.address6 : router.address4,
          remoteAsn: NODE_ASN,
          families: [4],
          ...neighbour,
        },
      ],
      ...more,
    })
    await daemon.start()
    await this.listening()
    return daemon
  }

  listening(): Promise<true> {
    return eventually('somebody listens on port 179 of the router', () =>
      this.lab.run(this.router.namespace, 'ss', '-Hltn', 'sport = :179').includes(':179') ? true : undefined,
    )
  }

  /** In text. */
  text(words: string, options: RunOptions = {}): Promise<Outcome> {
    return diagnose(this.node.namespace, `bgp ${words}`, options)
  }

  /** In JSON. */
  judged(words: string, options: RunOptions = {}): Promise<Judged<BgpFacts>> {
    return judged<BgpFacts>(this.text(`${words} -o json`, options))
  }

  file(name: string, text: string): string {
    const path = join(this.#folder, name)
    writeFileSync(path, text)
    return path
  }

  /** Rules on the router's or the node's own firewall, until the returned function is called. */
  rules(host: Host, hook: 'input' | 'output', ...rules: readonly string[]): () => void {
    const nft = (...words: string[]) => this.lab.run(host.namespace, 'nft', ...words)
    nft(`add table inet t; add chain inet t c { type filter hook ${hook} priority 0; }`)
    for (const rule of rules) nft(`add rule inet t c ${rule}`)
    return () => nft('delete table inet t')
  }

  destroy(): void {
    rmSync(this.#folder, { recursive: true })
    this.lab.destroy()
  }
}
