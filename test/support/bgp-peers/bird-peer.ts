// BIRD 2 and birdc, whose tables are text.
import { writeFileSync } from 'node:fs'
import type { BgpState } from '../../../src/bgp/peer.ts'
import { PeerBase, type PeerCounters } from './bgp-peer-daemon.ts'
import { CONNECT_RETRY_SECONDS, familyOf, type NeighbourConfig, type PeerConfig } from './peer-config.ts'
import { communityText, numbersIn, type PeerRoute, sorted } from './peer-route.ts'

const STATES: Readonly<Record<string, BgpState>> = {
  Down: 'idle',
  Idle: 'idle',
  Connect: 'connect',
  Active: 'active',
  Passive: 'active',
  OpenSent: 'open-sent',
  OpenConfirm: 'open-confirm',
  Established: 'established',
  Close: 'idle',
}

export class BirdPeer extends PeerBase {
  readonly kind = 'bird'
  #announced: string[] = []

  async start(): Promise<void> {
    this.#announced = [...(this.config.announce ?? [])]
    this.#write()
    const files = ['-c', this.file('bird.conf'), '-s', this.file('bird.ctl'), '-P', this.file('bird.pid')]
    this.spawn(['bird', '-f', ...files])
    await this.answers(() => this.#birdc('show', 'status'))
  }

  async sessionState(neighbour = this.first.neighbour): Promise<BgpState> {
    const text = await this.#birdc('show', 'protocols', 'all', this.#protocol(neighbour))
    const state = STATES[/BGP state:\s+(\S+)/.exec(text)?.[1] ?? '']
    if (state === undefined) throw new Error(`bird does not tell the state: ${text}`)
    return state
  }

  async routes(neighbour = this.first.neighbour): Promise<readonly PeerRoute[]> {
    const protocol = this.#protocol(neighbour)
    const text = await this.#birdc('show', 'route', 'all', 'protocol', protocol)
    // bird tells it of the neighbour, not of each route.
    const stale = /Neighbor graceful restart active/.test(
      await this.#birdc('show', 'protocols', 'all', protocol),
    )
    const routes: PeerRoute[] = []
    // A route starts with its prefix at the first column; its attributes are indented.
    for (const block of text.split(/^(?=\S+\/\d+ )/m).slice(1)) routes.push(birdRoute(block, stale))
    return routes.sort((a, b) => (a.prefix < b.prefix ? -1 : 1))
  }

  async announce(...prefixes: readonly string[]): Promise<void> {
    this.#announced = [...new Set([...this.#announced, ...prefixes])]
    await this.#reconfigure()
  }

  async withdraw(...prefixes: readonly string[]): Promise<void> {
    this.#announced = this.#announced.filter((prefix) => !prefixes.includes(prefix))
    await this.#reconfigure()
  }

  async refresh(neighbour = this.first.neighbour): Promise<void> {
    await this.#birdc('reload', 'in', this.#protocol(neighbour))
  }

  async shutDownSession(words: string, neighbour = this.first.neighbour): Promise<void> {
    await this.#birdc('disable', this.#protocol(neighbour), `"${words}"`)
  }

  async counters(neighbour = this.first.neighbour): Promise<PeerCounters> {
    const text = await this.#birdc('show', 'protocols', 'all', this.#protocol(neighbour))
    const sum = (pattern: RegExp) =>
      [...text.matchAll(pattern)].reduce((total, [, count]) => total + Number(count), 0)
    return {
      // Of routes, not of messages, which bird does not count.
      updatesReceived: sum(/Import updates:\s+(\d+)/g),
      prefixesReceived: sum(/Routes:\s+(\d+) imported/g),
    }
  }

  protected async stateText(): Promise<string> {
    return (await this.#birdc('show', 'protocols', 'all')) + (await this.#birdc('show', 'route', 'all'))
  }

  #birdc(...words: readonly string[]): Promise<string> {
    return this.ask('birdc', '-s', this.file('bird.ctl'), ...words)
  }

  async #reconfigure(): Promise<void> {
    this.#write()
    const answer = await this.#birdc('configure')
    if (!/^Reconfigured/m.test(answer)) throw new Error(`bird: ${answer}`)
  }

  #write(): void {
    writeFileSync(this.file('bird.conf'), birdConfig(this.config, this.#announced, this.file('log')))
  }

  #protocol(neighbour: string): string {
    return `peer${this.config.neighbours.findIndex((one) => one.neighbour === neighbour)}`
  }
}

function birdConfig(config: PeerConfig, announced: readonly string[], log: string): string {
  return [
    `log "${log}" all;`,
    `router id ${config.routerId};`,
    'protocol device { }',
    'protocol direct { ipv4; ipv6; }',
    ...([4, 6] as const).map((family) => {
      const routes = announced.filter((prefix) => familyOf(prefix) === family)
      return `protocol static own${family} { ipv${family}; ${routes.map((prefix) => `route ${prefix} blackhole;`).join(' ')} }`
    }),
    ...config.neighbours.map((one, i) => protocolText(config, one, i)),
    '',
  ].join('\n')
}

function protocolText(config: PeerConfig, one: NeighbourConfig, index: number): string {
  const link = one.link === undefined ? '' : `%${one.link}`
  const limit =
    one.maximumPrefixes === undefined ? '' : `import limit ${one.maximumPrefixes} action disable; `
  const nextHop = one.extendedNextHop === true ? 'extended next hop on; ' : ''
  const hold = one.holdTimeSeconds ?? 90
  const lines: (string | false)[] = [
    `local ${one.localAddress} as ${config.asn}`,
    `neighbor ${one.neighbour}${link} ${typeof one.remoteAsn === 'number' ? `as ${one.remoteAsn}` : one.remoteAsn}`,
    // Without it, bird says nothing of a connection that fails.
    'debug { states, events }',
    `hold time ${hold}`,
    `connect retry time ${CONNECT_RETRY_SECONDS}`,
    `connect delay time ${CONNECT_RETRY_SECONDS}`,
    `error wait time ${CONNECT_RETRY_SECONDS}, ${CONNECT_RETRY_SECONDS}`,
    one.password !== undefined && `password "${one.password}"`,
    one.passive === true && 'passive on',
    // Sessions inside an AS are multihop by default in bird.
    one.multihop !== undefined ? `multihop ${one.multihop}` : 'direct',
    one.ttlSecurity === true && 'ttl security on',
    `graceful restart ${one.gracefulRestart === true ? 'aware' : 'off'}`,
    `long lived graceful restart off`,
    ...one.families.map(
      (family) =>
        `ipv${family} { import all; export where source = RTS_STATIC; ${limit}${family === 4 ? nextHop : ''}}`,
    ),
  ]
  const body = lines.filter((line) => line !== false).map((line) => `  ${line};`)
  return [`protocol bgp peer${index} {`, ...body, '}'].join('\n')
}

function birdRoute(block: string, stale: boolean): PeerRoute {
  const head = block.slice(0, block.indexOf('\n'))
  const attribute = (name: string) => new RegExp(`BGP\\.${name}: ?(.*)`).exec(block)?.[1]
  const tuples = (text: string | undefined) =>
    (text?.match(/\([^)]*\)/g) ?? []).map((one) => numbersIn(one).join(':'))
  const preference = attribute('local_pref')
  return {
    prefix: head.split(' ', 1)[0] ?? '',
    nextHops: (attribute('next_hop') ?? '').split(' '),
    asPath: numbersIn(attribute('as_path') ?? ''),
    localPreference: preference === undefined ? undefined : Number(preference),
    communities: sorted(tuples(attribute('community')).map(communityText)),
    largeCommunities: sorted(tuples(attribute('large_community'))),
    stale,
  }
}
