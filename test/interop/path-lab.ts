// A node with the rules of kube-proxy, two clients outside of it, a Pod on it, and endpoints here and elsewhere, each of them a
// network namespace, in both families: where connections end in truth.
import { createSocket } from 'node:dgram'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { pathFromFiles } from '../../src/diagnose/path/collect-path.ts'
import type { EndFacts, PathFacts } from '../../src/diagnose/path/path-facts.ts'
import { type Ip, parseIp } from '../../src/net/ip.ts'
import { NetLab } from '../support/namespaces.ts'
import { type Attempt, ask, call, type Target } from './path-attempt.ts'

/** A connection that is expected gets time; one that is not cannot come late. */
const PATIENCE_MS = 10_000
const SILENCE_MS = 700
/** Enough that an endpoint with half of the connections is met, but for once in 2^60. */
const MOST_TRIES = 60

const NODE = ['192.0.2.2', '2001:db8:2::2'] as const

const OWN_ADDRESSES = [
  ...NODE,
  ...['10.244.0.6', '10.244.0.10', '10.244.1.6', 'fd00:244::6', 'fd00:244::a', 'fd00:244:1::6'],
]

export interface Client {
  readonly name: string
  /** in IPv4 and in IPv6 */
  readonly sources: readonly [string, string]
  readonly where: string
}

export const ip = (text: string): Ip => {
  const parsed = parseIp(text)
  if (parsed === undefined) throw new Error(text)
  return parsed
}

const at = (address: string, port: number): string =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`

export class PathLab {
  readonly lab: NetLab
  readonly node: string
  readonly clients: readonly Client[]
  readonly #folder: string
  readonly #servers: { close(): void }[] = []

  private constructor(lab: NetLab, node: string, clients: readonly Client[]) {
    this.lab = lab
    this.node = node
    this.clients = clients
    this.#folder = lab.owns(mkdtempSync(join(tmpdir(), 'lbctl-path-')))
  }

  // outside (192.0.2.1, 198.51.100.7) - node (192.0.2.2) - Pods 10.244.0.5 and 10.244.0.9 here, 10.244.1.5 elsewhere
  static async create(): Promise<PathLab> {
    const lab = await NetLab.create()
    const [node, outside, pod] = [lab.namespace(), lab.namespace(), lab.namespace()]
    lab.connect([outside, 'eth0'], [node, 'eth0'])
    const address = (where: string, text: string, link: string): string =>
      lab.ip(where, `addr add ${text} dev ${link}${text.includes(':') ? ' nodad' : ''}`)
    for (const text of ['192.0.2.1/24', '198.51.100.7/32', '2001:db8:2::1/64', '2001:db8:51::7/128'])
      address(outside, text, 'eth0')
    for (const text of [`${NODE[0]}/24`, `${NODE[1]}/64`]) address(node, text, 'eth0')
    lab.ip(node, 'route add default via 192.0.2.1')
    lab.ip(node, '-6 route add default via 2001:db8:2::1')
    for (const network of ['203.0.113.0/24', '10.96.0.0/16'])
      lab.ip(outside, `route add ${network} via ${NODE[0]}`)
    for (const network of ['2001:db8:113::/64', 'fd00:96::/112'])
      lab.ip(outside, `-6 route add ${network} via ${NODE[1]}`)
    for (const name of ['all', 'default', 'eth0'])
      lab.run(node, 'sysctl', '-qw', `net.ipv4.conf.${name}.rp_filter=0`)
    for (const setting of [
      'ipv4.ip_forward=1',
      'ipv4.icmp_ratelimit=0',
      'ipv6.conf.all.forwarding=1',
      'ipv6.icmp.ratelimit=0',
    ])
      lab.run(node, 'sysctl', '-qw', `net.${setting}`)
    const made = new PathLab(lab, node, [
      { name: 'a client', sources: ['192.0.2.1', '2001:db8:2::1'], where: outside },
      { name: 'a client of the office', sources: ['198.51.100.7', '2001:db8:51::7'], where: outside },
      { name: 'a Pod', sources: ['10.244.0.9', 'fd00:244::9'], where: pod },
      { name: 'the node', sources: NODE, where: node },
    ])
    for (const [link, host, ...nets] of [
      ['here', lab.namespace(), ['10.244.0.5/30', '10.244.0.6'], ['fd00:244::5/126', 'fd00:244::6']],
      ['client', pod, ['10.244.0.9/30', '10.244.0.10'], ['fd00:244::9/126', 'fd00:244::a']],
      ['there', lab.namespace(), ['10.244.1.5/30', '10.244.1.6'], ['fd00:244:1::5/126', 'fd00:244:1::6']],
    ] as const) {
      lab.connect([host, 'eth0'], [node, link])
      for (const [own = '', gateway = ''] of nets) {
        const [text = '', bits = ''] = own.split('/')
        address(host, own, 'eth0')
        address(node, `${gateway}/${bits}`, link)
        lab.ip(host, `${gateway.includes(':') ? '-6 ' : ''}route add default via ${gateway}`)
        if (link !== 'client') await made.#serve(host, text)
      }
    }
    return made
  }

  destroy(): void {
    for (const server of this.#servers) server.close()
    this.lab.destroy()
  }

  /** Tells each client who it is, and whom it sees. */
  async #serve(where: string, address: string): Promise<void> {
    const stream = await this.lab.inside(
      where,
      () =>
        new Promise<{ close(): void }>((resolve, reject) => {
          const server = createServer((socket) => {
            socket.on('error', () => undefined)
            socket.end(`${at(address, 8080)} ${socket.remoteAddress}`)
          })
          server.on('error', reject)
          server.listen(8080, address, () => resolve(server))
        }),
    )
    const datagrams = await this.lab.inside(
      where,
      () =>
        new Promise<{ close(): void }>((resolve, reject) => {
          const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4')
          socket.on('error', reject)
          socket.on('message', (_bytes, from) =>
            socket.send(`${at(address, 8053)} ${from.address}`, from.port, from.address),
          )
          socket.bind(8053, address, () => resolve(socket))
        }),
    )
    this.#servers.push(stream, datagrams)
  }

  async attempt(client: Client, target: Target, patienceMs: number): Promise<Attempt> {
    return (await this.#start(client, target, patienceMs)).answer
  }

  /** A socket belongs to the namespace that it was made in; the wait for an answer can be elsewhere. */
  #start(client: Client, target: Target, patienceMs: number): Promise<{ answer: Promise<Attempt> }> {
    const source = client.where === this.node ? undefined : sourceOf(client, target.address)
    return this.lab.inside(client.where, async () => {
      const { made, answer } =
        target.protocol === 'udp' ? ask(target, source, patienceMs) : call(target, source, patienceMs)
      await made
      return { answer }
    })
  }

  load(program: string, args: readonly string[], text: string): void {
    const file = join(this.#folder, 'rules')
    writeFileSync(file, text)
    this.lab.run(this.node, program, ...args, file)
  }

  flush(): void {
    for (const program of ['iptables-nft', 'iptables-legacy', 'ip6tables-nft', 'ip6tables-legacy'])
      for (const table of ['nat', 'filter', 'mangle']) {
        this.lab.run(this.node, program, '-t', table, '-F')
        this.lab.run(this.node, program, '-t', table, '-X')
      }
    this.lab.run(this.node, 'nft', 'flush', 'ruleset')
  }

  /** What the walk through `saved` says about one client. */
  facts(client: Client, { address, port, protocol = 'tcp' }: Target, saved: string): PathFacts {
    const isNode = client.where === this.node
    return pathFromFiles(
      {
        asked: address,
        target: ip(address),
        protocol,
        port,
        client: isNode ? undefined : ip(sourceOf(client, address)),
        inInterface: undefined,
      },
      [{ name: 'saved', text: saved }],
      OWN_ADDRESSES.map(ip),
    )
  }

  /** Every client ends where the walk says. Silence takes time: it is waited for last, and for all clients at once. */
  async agrees(target: Target, saved: string): Promise<void> {
    const unheard: Promise<void>[] = []
    for (const client of this.clients) {
      const isNode = client.where === this.node
      const facts = this.facts(client, target, saved)
      const walk = facts.ports[0]?.walks.find(({ clients: { kind } }) => (kind === 'this node') === isNode)
      if (walk === undefined) throw new Error(`no walk of ${client.name} to ${target.address}`)
      expect(facts.ports[0]?.notFollowed).toEqual([])
      expect(walk.ends.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 9)
      unheard.push((await this.#meets(client, target, walk.ends)).rest)
    }
    await Promise.all(unheard)
  }

  /** @returns what is still to be waited for, in an object, so that nobody waits for it yet */
  async #meets(client: Client, target: Target, ends: readonly EndFacts[]): Promise<{ rest: Promise<void> }> {
    const what = `${client.name} to ${at(target.address, target.port)}`
    const expected = new Set(ends.flatMap(({ end, endpoint }) => (end === 'endpoint' ? [endpoint] : [])))
    if (expected.size === 0) {
      // Nothing listens on the node itself, so that its kernel refuses what rules leave to it.
      const isRejected = ends.some(({ end }) => end === 'rejected' || end === 'host')
      const { answer } = await this.#start(client, target, isRejected ? PATIENCE_MS : SILENCE_MS)
      const rest = answer.then(({ end }) =>
        expect([what, end]).toEqual([what, isRejected ? 'rejected' : 'silent']),
      )
      // Awaited below all others; until then it may not be called unhandled.
      rest.catch(() => undefined)
      return { rest }
    }
    const met = new Set<string | undefined>()
    const wanted = target.isSticky === true ? 1 : expected.size
    for (let tries = 0; tries < MOST_TRIES && met.size < wanted; tries++) {
      const { endpoint, seen, end } = await this.attempt(client, target, PATIENCE_MS)
      expect([what, end]).toEqual([what, 'endpoint'])
      expect([what, expected.has(endpoint)]).toEqual([what, true])
      met.add(endpoint)
      const masquerade = ends.find((each) => each.endpoint === endpoint)?.masquerade
      if (client.where !== this.node)
        expect([what, seen === sourceOf(client, target.address)]).toEqual([what, masquerade === false])
    }
    expect([what, met.size]).toEqual([what, wanted])
    return { rest: Promise.resolve() }
  }
}

const sourceOf = ({ sources }: Client, address: string): string => sources[address.includes(':') ? 1 : 0]
