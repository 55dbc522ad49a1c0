// Nodes of the healthy world as namespaces on one segment, each with an API server on its own loopback that has the objects of the world:
// the built command runs in the namespace of a node, as it does on a node.
import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { customResourceDefinitions } from '../../src/config/crds/custom-resource-definitions.ts'
import { healthyWorld, type World } from '../../src/diagnose/cluster/testing/world.ts'
import { ownerOf } from '../../src/diagnose/cluster/testing/world-hosts.ts'
import { type ApiServer, startApiServer } from '../../src/lab/apiserver/api-server.ts'
import { run, runJs } from '../support/cli.ts'
import { NetLab } from '../support/namespaces.ts'
import { type JsonReport, Segment } from './diagnose-lab.ts'

/** Of shop/web, from the pool "lan" that is announced by layer 2. */
export const ADDRESS = '192.0.2.100'
export const ROUTER = '192.0.2.1'
const ADDRESSES = new Map([
  ['node-a', '192.0.2.11'],
  ['node-b', '192.0.2.12'],
  ['node-c', '192.0.2.13'],
])
/** Elected for shop/web in the healthy world, and one that is not. */
export const OWNER = ownerOf(healthyWorld(), 'shop/web') ?? ''
export const OTHER = [...ADDRESSES.keys()].find((name) => name !== OWNER) ?? ''

export const addressOf = (node: string): string => ADDRESSES.get(node) ?? ''

type Finding = JsonReport['findings'][number] & { readonly check: string }
interface Report {
  readonly status: string
  readonly findings: readonly Finding[]
  readonly checks: readonly { readonly id: string; readonly result: string; readonly text: string }[]
}

interface Expected {
  readonly code: string
  readonly check: string
  /** a part of the title */
  readonly says: RegExp
  /** `error` by default */
  readonly severity?: 'error' | 'warning'
  /** parts of its evidence */
  readonly evidence?: readonly RegExp[]
  /** codes that follow, of what else it breaks */
  readonly beside?: readonly string[]
}

export class HostsLab {
  readonly net: NetLab
  readonly segment: Segment
  /** namespace of the default gateway */
  readonly router: string
  readonly #routerPort: string
  readonly #folder: string
  readonly #servers = new Map<string, ApiServer>()

  private constructor(net: NetLab) {
    this.net = net
    this.segment = new Segment(net)
    this.router = this.segment.host([`${ROUTER}/24`])
    const [port] = net.ipJson<{ ifname: string }[]>(this.segment.bridge, 'link show master br0')
    this.#routerPort = port?.ifname ?? ''
    this.#folder = net.owns(mkdtempSync(join(tmpdir(), 'lbctl-hosts-')))
  }

  static async create(): Promise<HostsLab> {
    return new HostsLab(await NetLab.create())
  }

  folder(name: string): string {
    return mkdtempSync(join(this.#folder, `${name}-`))
  }

  file(name: string, text: string): string {
    const path = join(this.#folder, name)
    writeFileSync(path, text)
    return path
  }

  /**
   * BIRD with one neighbour. The kernel knows a program by the file that was started, so it passes for another one.
   * @param program its name: `bird`, or any other
   */
  bird(program: string, namespace: string, own: string, asn: number, peer: string, peerAsn: number) {
    const folder = this.folder(program)
    const [path, config, control] = [join(folder, program), join(folder, 'config'), join(folder, 'control')]
    symlinkSync(this.net.run(namespace, 'sh', '-c', 'command -v bird').trim(), path)
    writeFileSync(
      config,
      `router id ${own};\nprotocol device {}\nprotocol bgp {\n local ${own} as ${asn};\n neighbor ${peer} as ${peerAsn};\n connect delay time 1;\n ipv4 { import none; export none; };\n}\n`,
    )
    return this.net.background(namespace, path, '-f', '-c', config, '-s', control)
  }

  /** Takes the nodes off the segment: each test has nodes of its own. */
  async clear(): Promise<void> {
    for (const server of this.#servers.values()) await server.stop()
    this.#servers.clear()
    const ports = this.net.ipJson<{ ifname: string }[]>(this.segment.bridge, 'link show master br0')
    for (const { ifname } of ports.filter((each) => each.ifname !== this.#routerPort))
      this.net.ip(this.segment.bridge, `link del ${ifname}`)
    // The next node has the same address, and another card.
    this.net.ip(this.router, 'neigh flush all')
  }

  /**
   * Hardware addresses that a host of the segment hears for an address, sorted.
   * @param source of the one that asks: to 0.0.0.0 a proxy does not answer
   */
  answersTo(address: string, source?: string): readonly string[] {
    const from = source === undefined ? '-0' : `-S ${source}`
    const asked = `arping ${from} -c 2 -w 2 -W 0.2 -I eth0 ${address} || true`
    const text = this.net.run(this.router, 'sh', '-c', asked)
    return [...new Set(text.match(/[0-9a-f]{2}(:[0-9a-f]{2}){5}/g) ?? [])].sort()
  }

  async destroy(): Promise<void> {
    await this.clear()
    this.segment.destroy()
    this.net.destroy()
  }

  /** As the healthy world has it: one card on the segment, a default route to the router, packets forwarded. */
  node(name: string, options: { duplicateDetection?: boolean; address?: string } = {}): Node {
    const address = options.address ?? `${addressOf(name)}/24`
    const namespace = this.segment.host([address], options)
    this.net.ip(namespace, `route add default via ${ROUTER} onlink dev eth0`)
    const node = new Node(name, namespace, this)
    node.set('net.ipv4.ip_forward=1', 'net.ipv4.conf.all.rp_filter=0', 'net.ipv4.conf.eth0.rp_filter=0')
    return node
  }

  /** The objects that are seen from a namespace from now on. */
  async serve(namespace: string, world: World): Promise<string> {
    await this.#servers.get(namespace)?.stop()
    const server = await this.net.inside(namespace, () => startApiServer())
    this.#servers.set(namespace, server)
    server.applyObjects([...customResourceDefinitions(), ...Object.values(world.planes).flat()])
    return this.file(`kubeconfig-${namespace}`, server.kubeconfig())
  }
}

export class Node {
  readonly name: string
  readonly namespace: string
  readonly #lab: HostsLab
  #kubeconfig = ''

  constructor(name: string, namespace: string, lab: HostsLab) {
    this.name = name
    this.namespace = namespace
    this.#lab = lab
  }

  ip(words: string): string {
    return this.#lab.net.ip(this.namespace, words)
  }

  run(words: string): string {
    const [program = '', ...args] = words.split(' ')
    return this.#lab.net.run(this.namespace, program, ...args)
  }

  set(...settings: readonly string[]): void {
    this.#lab.net.run(this.namespace, 'sysctl', '-qw', ...settings)
  }

  /** @param change what is different from the healthy world */
  async sees(change: (world: World) => void = () => undefined): Promise<this> {
    const world = healthyWorld()
    change(world)
    this.#kubeconfig = await this.#lab.serve(this.namespace, world)
    return this
  }

  /** Ours, in the place of MetalLB's: it goes by the objects that the node sees. */
  speaker(): ChildProcess {
    const child = this.#lab.net.background(
      this.namespace,
      process.execPath,
      ...[runJs, 'speaker', 'run', '--kubeconfig', this.#kubeconfig, '--node-name', this.name],
      // Of the Pods that the objects have, none runs here.
      ...['--force', '--namespace', 'metallb-system', '--state-dir', this.#lab.folder('state')],
    )
    // A full pipe would stop it.
    child.stdout?.resume()
    child.stderr?.resume()
    return child
  }

  async diagnose(...words: readonly string[]): Promise<Report & { readonly exitCode: number | null }> {
    const asked = words.length === 0 ? ['all'] : words
    const { stdout, stderr, code } = await run('ip', [
      ...['netns', 'exec', this.namespace, process.execPath, runJs, 'diagnose', ...asked],
      ...['--kubeconfig', this.#kubeconfig, '--node-name', this.name],
      ...['--fail-on', 'warning', '-o', 'json'],
    ])
    let document: { readonly reports?: readonly Report[] }
    try {
      document = JSON.parse(stdout)
    } catch {
      throw new Error(`not JSON (exit code ${code}):\n${stdout}${stderr}`)
    }
    const [report] = document.reports ?? []
    if (report === undefined) throw new Error(`no report:\n${stdout}${stderr}`)
    return { ...report, exitCode: code }
  }

  /** The fault is the verdict, and nothing stands beside it that is not named. */
  async isToldOf(expected: Expected): Promise<void> {
    const { code, check, says, severity = 'error', evidence = [], beside = [] } = expected
    const { findings, exitCode, checks } = await this.diagnose()
    const [first, ...others] = findings
    expect(`${first?.code} ${first?.title}`).toMatch(says)
    expect(first).toMatchObject({ code, check, severity })
    expect(others.map((each) => each.code)).toEqual(beside)
    for (const each of evidence) expect(first?.evidence).toContainEqual(expect.stringMatching(each))
    expect(checks.filter(({ result }) => result === 'unknown')).toEqual([])
    expect(exitCode).toBe(1)
  }

  /** The healthy twin: nothing is found, and the check has looked. */
  async isHealthy(check: string): Promise<void> {
    const { findings, exitCode, checks } = await this.diagnose()
    expect(findings.map((each) => `${each.code} ${each.title}`)).toEqual([])
    expect(checks.filter(({ result }) => result === 'unknown')).toEqual([])
    expect(checks.find(({ id }) => id === check)).toMatchObject({ result: 'pass' })
    expect(exitCode).toBe(0)
  }
}
