// Layer 2 against the kernel's own ARP and neighbour discovery, with tcpdump and tshark as witnesses. The announcer is a process of its
// own in the node's namespace; a veth pair leads to the client.
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import type { Responder } from '../../src/layer2/ports.ts'
import { linuxResponder } from '../../src/linux/responder/responder.ts'
import { type Ip, parseIp } from '../../src/net/ip.ts'
import { type Mac, parseMac } from '../../src/net/mac.ts'
import { gratuitousArpFrames } from '../../src/wire/arp/frames.ts'
import { neighborSolicitationFrame } from '../../src/wire/ndp/frames.ts'
import { type BuiltFile, buildFile, buildResponderWorker } from '../support/linux-worker.ts'
import { describeInterop, eventually, NetLab } from '../support/namespaces.ts'
import { type Dissection, dissect } from '../support/tshark.ts'

const at = (text: string): Ip => parseIp(text)!
const VIP = '192.0.2.100'
const VIP6 = '2001:db8::100'

interface Status {
  answering: boolean
  interfaces: { name: string; unsuitable?: string; addresses: number }[]
  addresses: { address: string; interfaceName: string; answers: number; gratuitous: number }[]
  conflicts: { mac: string; address: string }[]
}
type Report = { kind: string } & Record<string, unknown>

/** The announcer's process, spoken to in lines. */
class Announcer {
  readonly #child: ReturnType<NetLab['background']>
  readonly #waiting = new Map<number, (line: { status?: Status; atMs: number }) => void>()
  readonly reports: Report[] = []
  ready = false
  errors = ''
  #id = 0

  constructor(lab: NetLab, namespace: string, program: BuiltFile, worker: BuiltFile) {
    const args = [program.url.pathname, worker.url.href, '^lo$']
    this.#child = lab.background(namespace, process.execPath, ...args)
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.errors += chunk.toString()
    })
    createInterface({ input: this.#child.stdout! }).on('line', (line) => {
      const said = JSON.parse(line) as {
        ready?: true
        report?: Report
        id?: number
        status?: Status
        atMs: number
      }
      if (said.ready === true) this.ready = true
      else if (said.report !== undefined) this.reports.push(said.report)
      else this.#waiting.get(said.id ?? -1)?.(said)
    })
  }

  #ask(command: object): Promise<{ status?: Status; atMs: number }> {
    const id = ++this.#id
    const answer = new Promise<{ status?: Status; atMs: number }>((resolve) => this.#waiting.set(id, resolve))
    this.#child.stdin?.write(`${JSON.stringify({ id, ...command })}\n`)
    return answer
  }

  /** Resolves with the time at which it was in force. */
  set(...addresses: string[]): Promise<number> {
    return this.#set(addresses.map((address) => ({ address, interfaces: 'all' })))
  }

  setOn(interfaces: string[], ...addresses: string[]): Promise<number> {
    return this.#set(addresses.map((address) => ({ address, interfaces })))
  }

  async #set(set: object[]): Promise<number> {
    return (await this.#ask({ set })).atMs
  }

  async status(): Promise<Status> {
    return (await this.#ask({ status: true })).status!
  }

  async gratuitous(address: string): Promise<number> {
    return (await this.status()).addresses.find((each) => each.address === address)?.gratuitous ?? 0
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return
    const gone = once(this.#child, 'exit')
    await this.#ask({ stop: true })
    await gone
  }
}

describeInterop('the layer 2 announcer', ['arping', 'ndisc6', 'sysctl', 'tcpdump', 'tshark'], () => {
  let lab: NetLab
  let worker: BuiltFile
  let program: BuiltFile
  let node: string
  let client: string
  let announcer: Announcer
  const folder = mkdtempSync(join(tmpdir(), 'lbctl-layer2-'))

  beforeAll(async () => {
    worker = await buildResponderWorker()
    program = await buildFile('test/support/announcer-process.ts')
    lab = await NetLab.create()
    node = lab.namespace()
    client = lab.namespace()
    lab.connect([node, 'n0'], [client, 'c0'])
    lab.ip(client, 'addr add 192.0.2.1/24 dev c0')
    lab.ip(client, 'addr add 2001:db8::1/64 dev c0')
    announcer = new Announcer(lab, node, program, worker)
    await eventually('the announcer runs', () => (announcer.ready ? true : undefined)).catch(
      (error: Error) => {
        throw new Error(`${error.message}\n${announcer.errors}`)
      },
    )
    await eventually('n0 can do neighbour discovery', async () => {
      await announcer.set(VIP6)
      return (await announcer.status()).addresses.length > 0 ? true : undefined
    })
    await announcer.set()
  })
  afterEach(async () => {
    await announcer.set()
    announcer.reports.length = 0
  })
  afterAll(async () => {
    await announcer?.stop()
    lab?.destroy()
    worker?.remove()
    program?.remove()
    rmSync(folder, { recursive: true })
  })

  const macOf = (namespace: string, link: string): Mac =>
    parseMac(lab.ipJson<{ address: string }[]>(namespace, `link show ${link}`)[0]!.address)!

  const neighbour = (address: string, link = 'c0') =>
    lab
      .ipJson<{ dst: string; lladdr?: string; state: string[] }[]>(client, `neigh show dev ${link}`)
      .find((entry) => entry.dst === address)

  /** The client's kernel asks: undefined when nobody answered. */
  async function kernelAsks(address: string, link = 'c0'): Promise<string | undefined> {
    lab.ip(client, `neigh flush dev ${link}`)
    await lab.start(client, 'ping', '-c', '1', '-W', '0.2', address)
    return neighbour(address, link)?.lladdr
  }

  /** What passes by the client while `work` is done, as tshark reads it. */
  async function captured(filter: string, work: () => Promise<void>): Promise<Dissection[]> {
    const file = join(folder, `${Math.random()}.pcap`)
    const args = ['-i', 'c0', '-n', '-U', '--immediate-mode', '-w', file, filter]
    const dump = lab.background(client, 'tcpdump', ...args)
    let said = ''
    dump.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString()
    })
    await eventually('tcpdump listens', () => (said.includes('listening') ? true : undefined))
    await work()
    // tcpdump runs below `ip netns exec`, which became it.
    dump.kill('SIGINT')
    await once(dump, 'exit')
    return dissect(readFileSync(file))
  }

  const timeOf = ({ fields }: Dissection): number => Number(fields['frame.time_epoch']?.[0]) * 1000
  const only = (dissections: Dissection[], field: string, value: string): Dissection[] =>
    dissections.filter(({ fields }) => fields[field]?.[0] === value)

  /** Five rounds, none sooner after another than 1.1 s. The clock of a busy machine may be late, never early. */
  function expectRounds(rounds: Dissection[]): void {
    expect(rounds).toHaveLength(5)
    const times = rounds.map(timeOf)
    for (const [index, time] of times.slice(1).entries()) {
      expect(time - times[index]!, `round ${index + 2}`).toBeGreaterThan(1_050)
      expect(time - times[index]!, `round ${index + 2}`).toBeLessThan(5_000)
    }
  }

  it('answers the kernel of a client by ARP and by neighbour discovery', async () => {
    await announcer.set(VIP, VIP6)
    expect(await kernelAsks(VIP)).toBe(macOf(node, 'n0'))
    expect(await kernelAsks(VIP6)).toBe(macOf(node, 'n0'))
    const ndisc = await lab.start(client, 'ndisc6', '-1', '-r', '1', '-w', '1000', VIP6, 'c0')
    expect(ndisc.output.toLowerCase()).toContain(macOf(node, 'n0'))
    expect((await announcer.status()).addresses.map((each) => each.answers > 0)).toEqual([true, true])
  })

  it('tells everybody by gratuitous ARP: five rounds of a request and a reply', async () => {
    const frames = await captured('arp', async () => {
      await announcer.set(VIP)
      await eventually(
        'five rounds',
        async () => ((await announcer.gratuitous(VIP)) === 10 ? true : undefined),
        30_000,
      )
    })
    const ours = only(frames, 'arp.src.proto_ipv4', VIP)
    expect(ours).toHaveLength(10)
    for (const { fields, complaints } of ours) {
      expect(complaints).toEqual([])
      expect(fields).toMatchObject({
        'eth.dst': ['ff:ff:ff:ff:ff:ff'],
        'eth.src': [macOf(node, 'n0')],
        'arp.src.hw_mac': [macOf(node, 'n0')],
        'arp.dst.proto_ipv4': [VIP],
        'arp.dst.hw_mac': ['ff:ff:ff:ff:ff:ff'],
      })
    }
    expectRounds(only(ours, 'arp.opcode', '1'))
    expectRounds(only(ours, 'arp.opcode', '2'))
  }, 90_000)

  it('tells everybody by unsolicited advertisements with override, five times', async () => {
    const frames = await captured('icmp6 and ip6[40] == 136', async () => {
      await announcer.set(VIP6)
      await eventually(
        'five',
        async () => ((await announcer.gratuitous(VIP6)) === 5 ? true : undefined),
        30_000,
      )
    })
    const ours = only(frames, 'icmpv6.nd.na.target_address', VIP6)
    for (const { fields, complaints } of ours) {
      expect(complaints).toEqual([])
      expect(fields['ipv6.dst']).toEqual(['ff02::1'])
      expect(fields['ipv6.src']?.[0]).toMatch(/^fe80::/)
      expect(fields['ipv6.hlim']).toEqual(['255'])
      expect(fields['icmpv6.opt.linkaddr']).toEqual([macOf(node, 'n0')])
      const flags = ['r', 's', 'o'].map((flag) => fields[`icmpv6.nd.na.flag.${flag}`]?.[0])
      expect(flags.map((flag) => flag === '1' || flag === 'True')).toEqual([false, false, true])
    }
    expectRounds(ours)
  }, 90_000)

  it('moves what clients have in their tables', async () => {
    for (const address of [VIP, VIP6])
      lab.ip(client, `neigh replace ${address} lladdr 02:00:00:00:00:99 nud stale dev c0`)
    await announcer.set(VIP, VIP6)
    for (const address of [VIP, VIP6])
      await eventually(`${address} has moved`, () =>
        neighbour(address)?.lladdr === macOf(node, 'n0') ? true : undefined,
      )
  })

  it('answers a unicast solicitation from a global address', async () => {
    await announcer.set(VIP6)
    const sender = await sendingResponder()
    const mac = macOf(client, 'c0')
    const question = neighborSolicitationFrame({ mac, ip: at('2001:db8::1') }, at(VIP6), {
      unicastTo: macOf(node, 'n0'),
    })
    // The client's own kernel may ask at the same time, and its answer is counted, too: then the question is put again.
    const answers = await eventually('the answer on the wire', async () => {
      const frames = await captured('icmp6', async () => {
        const before = (await announcer.status()).addresses[0]!.answers
        await sender.announce([{ interfaceName: 'c0', frame: question }])
        await eventually('the answer', async () =>
          (await announcer.status()).addresses[0]!.answers > before ? true : undefined,
        )
      })
      const told = only(only(frames, 'icmpv6.type', '136'), 'ipv6.dst', '2001:db8::1')
      return told.length > 0 ? told : undefined
    })
    await sender.stop()
    expect(answers.map(({ fields }) => fields['icmpv6.nd.na.target_address']?.[0])).toContain(VIP6)
  })

  /** Frames of our own making from the client. */
  const sendingResponder = async (): Promise<Responder> => {
    const responder = await lab.inside(client, () =>
      linuxResponder({ url: () => worker.url }).start({
        onForeignClaim: () => undefined,
        onInterfaceError: () => undefined,
        onDeath: () => undefined,
      }),
    )
    const come = [at('192.0.2.1'), at('2001:db8::1')]
    await responder.changeOwned(new Map([['c0', { gone: [], come }]]))
    return responder
  }

  it('answers on an interface that appears, for all that is held, and joins its groups', async () => {
    await announcer.set(VIP, VIP6)
    lab.connect([node, 'n1'], [client, 'c1'])
    lab.ip(client, 'addr add 192.0.2.2/24 dev c1')
    const asked = ['-C', '1', '-W', '0.1', '-w', '1', '-i', 'c1', '-S', '192.0.2.2', VIP]
    await eventually('n1 answers', async () =>
      (await lab.start(client, 'arping', ...asked)).output.includes(macOf(node, 'n1')) ? true : undefined,
    )
    await eventually('n1 is in the group of the address', () =>
      /n1\s+ff0200000000000000000001ff000100/.test(lab.run(node, 'cat', '/proc/net/igmp6'))
        ? true
        : undefined,
    )
    await eventually('n1 does neighbour discovery', async () => {
      const ndisc = await lab.start(client, 'ndisc6', '-1', '-r', '1', '-w', '500', VIP6, 'c1')
      return ndisc.output.toLowerCase().includes(macOf(node, 'n1')) ? true : undefined
    })
    lab.ip(node, 'link del n1')
    await eventually('it is gone', async () =>
      (await announcer.status()).interfaces.every(({ name }) => name !== 'n1') ? true : undefined,
    )
    expect(await kernelAsks(VIP)).toBe(macOf(node, 'n0'))
  })

  it('answers on the interfaces that are named, and not on one that is part of a bridge', async () => {
    lab.connect([node, 'n2'], [client, 'c2'])
    await announcer.setOn(['n2'], VIP)
    await eventually('n2 has it', async () =>
      (await announcer.status()).addresses.some(({ interfaceName }) => interfaceName === 'n2')
        ? true
        : undefined,
    )
    expect(await kernelAsks(VIP)).toBeUndefined()
    lab.bridge(node, 'br0', ['n2'])
    await eventually('n2 lost it', async () => {
      const { interfaces, addresses } = await announcer.status()
      const isPart = interfaces.find(({ name }) => name === 'n2')?.unsuitable === 'part-of-another'
      return isPart && addresses.length === 0 ? true : undefined
    })
    lab.ip(node, 'link del br0')
    lab.ip(node, 'link del n2')
  })

  it('announces again when the link comes back, at either end', async () => {
    await announcer.set(VIP)
    await eventually(
      'the first burst is over',
      async () => ((await announcer.gratuitous(VIP)) === 10 ? true : undefined),
      30_000,
    )
    for (const [namespace, link] of [
      [client, 'c0'],
      [node, 'n0'],
    ] as const) {
      const before = await announcer.gratuitous(VIP)
      lab.ip(namespace, `link set ${link} down`)
      await eventually('the carrier is gone', () =>
        /NO-CARRIER|state DOWN/.test(lab.ip(node, 'link show n0')) ? true : undefined,
      )
      lab.ip(namespace, `link set ${link} up`)
      await eventually(`announced again after ${link}`, async () => {
        return (await announcer.gratuitous(VIP)) > before ? true : undefined
      })
      // IPv6 addresses go with the interface.
      if (namespace === client) lab.ip(client, 'addr replace 2001:db8::1/64 dev c0')
    }
    expect(await eventually('answers', () => kernelAsks(VIP))).toBe(macOf(node, 'n0'))
  }, 120_000)

  it('is silent at once when an address is withdrawn', async () => {
    let silentMs = 0
    const frames = await captured('arp', async () => {
      await announcer.set(VIP)
      await eventually('it announces', async () => ((await announcer.gratuitous(VIP)) > 2 ? true : undefined))
      const asking = lab.start(
        client,
        'arping',
        '-c',
        '300',
        '-W',
        '0.01',
        '-w',
        '3',
        '-i',
        'c0',
        '-S',
        '192.0.2.1',
        VIP,
      )
      await eventually('arping asks', async () =>
        (await announcer.status()).addresses[0]!.answers > 3 ? true : undefined,
      )
      silentMs = await announcer.set()
      await asking
    })
    const ours = only(frames, 'arp.src.proto_ipv4', VIP)
    expect(ours.length).toBeGreaterThan(5)
    // The clock of the test has whole milliseconds, that of the frames has nanoseconds.
    expect(ours.filter((each) => timeOf(each) > silentMs + 1)).toEqual([])
    const questions = only(frames, 'arp.dst.proto_ipv4', VIP).filter((each) => timeOf(each) > silentMs)
    expect(questions.length).toBeGreaterThan(3)
  })

  it('says who else claims an address', async () => {
    await announcer.set(VIP)
    const thief = await sendingResponder()
    const mac = macOf(client, 'c0')
    const claim = gratuitousArpFrames({ mac, ip: at(VIP) }).map((frame) => ({ interfaceName: 'c0', frame }))
    // While the address is being taken over, it may be the owner before who speaks; who goes on is a conflict.
    const conflicts = await eventually('the conflict', async () => {
      await thief.announce(claim)
      const { conflicts: all } = await announcer.status()
      return all.length > 0 ? all : undefined
    })
    expect(conflicts).toMatchObject([{ mac }])
    expect(announcer.reports.some(({ kind }) => kind === 'conflict')).toBe(true)
    await thief.stop()
  })
})
