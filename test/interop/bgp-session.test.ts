// Sessions with real daemons, judged by what the daemons say. Each test runs with this process inside the namespace of the node,
// because a speaker opens its sockets when it wants to.
import { type ChildProcess, execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { BgpPeerOptions, BgpRemote } from '../../src/bgp/peer.ts'
import type { BgpReport } from '../../src/bgp/report.ts'
import { BgpSpeaker } from '../../src/bgp/speaker.ts'
import { PlainInbound, PlainOutbound } from '../../src/bgp/testing/plain-routes.ts'
import { advertisement } from '../../src/bgp/testing/speakers.ts'
import { bgpPorts } from '../../src/compose/bgp.ts'
import { type Ip, parseIp } from '../../src/net/ip.ts'
import { describeInterop, eventually, NetLab } from '../support/namespaces.ts'

const at = (text: string): Ip => parseIp(text)!
const OURS = at('192.0.2.10')
const DEADLINE_MS = 40_000

/** Two namespaces and a daemon in one of them. */
class Stage {
  readonly work = mkdtempSync(join(tmpdir(), 'lbctl-bgp-'))
  readonly reports: BgpReport[] = []
  readonly lab: NetLab
  readonly node: string
  readonly router: string
  daemons: ChildProcess[] = []

  constructor(lab: NetLab) {
    this.lab = lab
    this.node = lab.namespace()
    this.router = lab.namespace()
    lab.connect([this.node, 'eth0'], [this.router, 'eth0'])
    lab.ip(this.node, 'addr add 192.0.2.10/24 dev eth0')
    lab.ip(this.router, 'addr add 192.0.2.1/24 dev eth0')
    lab.ip(this.node, 'addr add 2001:db8::10/64 dev eth0')
    lab.ip(this.router, 'addr add 2001:db8::1/64 dev eth0')
  }

  file(name: string, text: string): string {
    const path = join(this.work, name)
    writeFileSync(path, text)
    return path
  }

  async speaker(): Promise<BgpSpeaker> {
    const ports = await bgpPorts({ report: (report) => this.reports.push(report) })
    return new BgpSpeaker({
      ...{ ...ports, outbound: () => new PlainOutbound(), inbound: () => new PlainInbound() },
    })
  }

  endings(): string[] {
    return this.reports.flatMap((report) => (report.kind === 'ended' ? [report.words] : []))
  }

  destroy(): void {
    rmSync(this.work, { recursive: true, force: true })
  }
}

const options = (
  change: Omit<Partial<BgpPeerOptions>, 'remote'> & { readonly remote?: Partial<BgpRemote> } = {},
): BgpPeerOptions => ({
  ...{ name: 'router', localAsn: 65_010, peerAsn: 65_000, routerId: OURS },
  ...{ holdTimeSeconds: 90, keepaliveTimeSeconds: undefined, connectRetrySeconds: 5, families: [4] },
  ...{ gracefulRestart: undefined, passive: false, maximumPrefixes: undefined },
  ...change,
  remote: { address: at('192.0.2.1'), port: 179, ...change.remote },
})

const stateOf = (speaker: BgpSpeaker) => speaker.status()[0]?.state

const established = (speaker: BgpSpeaker, deadlineMs = DEADLINE_MS) =>
  eventually('established', () => stateOf(speaker) === 'established' || undefined, deadlineMs)

describeInterop('sessions with bird', ['bird', 'birdc'], () => {
  let lab: NetLab
  let stage: Stage
  const birdc = (...words: readonly string[]) =>
    execFileSync('birdc', ['-s', join(stage.work, 'bird.ctl'), ...words], { encoding: 'utf8' })
  const bgp = (name: string) => birdc('show', 'protocols', 'all', name)

  beforeAll(async () => {
    lab = await NetLab.create()
    stage = new Stage(lab)
    const config = stage.file(
      'bird.conf',
      `
log "${stage.work}/bird.log" all;
router id 192.0.2.1;
protocol device { }
protocol static { ipv4; route 198.51.100.0/24 blackhole; route 203.0.113.0/24 blackhole; }
template bgp node {
  local 192.0.2.1 as 65000; hold time 9; error wait time 1, 2; connect retry time 2;
  ipv4 { import all; export where source = RTS_STATIC; };
}
protocol bgp plain from node { neighbor 192.0.2.10 as 65010; passive on; }
`,
    )
    lab.background(stage.router, 'bird', '-f', '-c', config, '-s', join(stage.work, 'bird.ctl'))
    await eventually('bird', () => {
      try {
        return birdc('show', 'status').includes('Daemon is up')
      } catch {
        return undefined
      }
    })
  })
  afterAll(() => {
    lab?.destroy()
    stage?.destroy()
  })

  it('comes up, carries routes both ways, and ends with a reason that bird knows', async () => {
    await lab.inside(stage.node, async () => {
      const speaker = await stage.speaker()
      speaker.setPeers([options()])
      speaker.routes('router')!.setDesired(['10.1.0.0/24', '10.1.1.0/24'].map(advertisement))
      await established(speaker)
      await eventually('routes at bird', () =>
        birdc('show', 'route', 'protocol', 'plain').includes('10.1.1.0/24'),
      )
      expect(bgp('plain')).toMatch(/BGP state: +Established/)
      await eventually('routes of bird', () => speaker.status()[0]!.prefixes.received[4] === 2 || undefined)
      await speaker.stop({ graceful: false, words: 'node drained' })
      await eventually('the reason', () => bgp('plain').includes('Received: Administrative shutdown'))
    })
  })
})
