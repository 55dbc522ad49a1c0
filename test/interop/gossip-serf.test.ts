// Debian's serf speaks memberlist underneath. Its agents and our members in one cluster: they find each other, notice each other's
// death, and part politely, with and without a key. serf's own messages, which say nothing to us, are always among them.
import { randomBytes } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { connect } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { gossipPorts } from '../../src/compose/gossip.ts'
import { GossipNode } from '../../src/gossip/gossip-node.ts'
import type { GossipPorts } from '../../src/gossip/ports.ts'
import { GOSSIP_PROFILES, type GossipSettings } from '../../src/gossip/settings.ts'
import { parseIp } from '../../src/net/ip.ts'
import { encodeGossipMessage, type GossipMessage } from '../../src/wire/gossip/message.ts'
import { decodePacket, PLAIN_PACKETS } from '../../src/wire/gossip/packet.ts'
import { encodePushPull } from '../../src/wire/gossip/push-pull.ts'
import { encodeStream, type StreamMessage, StreamReader } from '../../src/wire/gossip/stream.ts'
import { OUR_VERSIONS } from '../../src/wire/gossip/versions.ts'
import { describeInterop, eventually } from '../support/namespaces.ts'
import { loopbackAddress, SERF_PORT, SerfAgent } from '../support/serf.ts'

/** serf has versions of its own, and memberlist refuses members of other ones. */
const SERF_VERSIONS = { ...OUR_VERSIONS, delegateMin: 2, delegateMax: 5, delegate: 5 }
/** A death among so few is noticed after 4 to 10 s; the rest is for a busy machine. */
const DETECTION_MS = 60_000
const PATIENCE = { timeout: 180_000 }
const NOTHING = new Uint8Array(0)

interface Ours {
  readonly name: string
  readonly address: string
  readonly node: GossipNode
  readonly changes: string[]
  readonly logs: string[]
}

const agents: SerfAgent[] = []
const members: Ours[] = []

afterEach(async () => {
  for (const agent of agents.splice(0)) agent.kill()
  await Promise.all(members.splice(0).map(({ node }) => node.close({ leave: false, timeoutMs: 0 })))
})

async function serf(name: string, ...flags: readonly string[]): Promise<SerfAgent> {
  const agent = await SerfAgent.start(name, ...flags)
  agents.push(agent)
  return agent
}

async function ours(
  name: string,
  key?: Buffer,
  settings: Partial<GossipSettings> = {},
  ports?: GossipPorts,
): Promise<Ours> {
  const address = loopbackAddress()
  const changes: string[] = []
  const logs: string[] = []
  const node = await GossipNode.start(
    {
      ...{ nodeName: name, bindAddress: parseIp(address)!, versions: SERF_VERSIONS },
      keys: key === undefined ? [] : [key],
      settings: { ...GOSSIP_PROFILES.lan, ...settings },
      onChange: (change, { name: who, state }) => changes.push(`${change} ${who} ${state}`),
      onLog: (level, code, text) => logs.push(`${level} ${code}: ${text}`),
    },
    ports ?? (await gossipPorts()),
  )
  const made = { name, address, node, changes, logs }
  members.push(made)
  return made
}

const seed = ({ address }: { readonly address: string }) => ({ address: parseIp(address)!, port: SERF_PORT })

const join = async (who: Ours, ...seeds: readonly { readonly address: string }[]) =>
  expect((await who.node.join(seeds.map(seed))).map(({ problem }) => problem)).toEqual(
    seeds.map(() => undefined),
  )

const aliveFor = async (who: SerfAgent | Ours): Promise<string> =>
  (who instanceof SerfAgent
    ? Object.entries(await who.members()).filter(([, status]) => status === 'alive')
    : who.node
        .members()
        .filter(({ state }) => state === 'alive')
        .map(({ name, state }) => [name, state])
  )
    .map(([name]) => name)
    .sort()
    .join()

async function agreed(names: string, ...all: readonly (SerfAgent | Ours)[]): Promise<void> {
  for (const who of all)
    await eventually(
      `${who.name} sees ${names}`,
      async () => ((await aliveFor(who)) === names ? true : undefined),
      DETECTION_MS,
    )
}

const stateOf = (who: Ours, name: string) => who.node.members().find((member) => member.name === name)?.state

/** One message to a port over TCP, and the answer. */
function exchange(to: SerfAgent, message: Uint8Array): Promise<StreamMessage> {
  const settings = { ...PLAIN_PACKETS, compression: true }
  const reader = new StreamReader(settings)
  return new Promise((resolve, reject) => {
    const socket = connect({ host: to.address, port: SERF_PORT }, () =>
      socket.write(encodeStream(message, settings)),
    )
    socket.on('error', reject)
    socket.on('close', () => reject(new Error('closed without an answer')))
    socket.on('data', (chunk) => {
      reader.push(chunk)
      const answer = reader.read()
      if (answer === undefined) return
      if (answer.ok) resolve(answer.value)
      else reject(new Error(answer.error.reason))
      socket.destroy()
    })
  })
}

/** Messages in one UDP packet each, and the first message that comes back of which `wanted` is true. */
function ask(
  to: string,
  message: GossipMessage,
  wanted: (answer: GossipMessage) => boolean,
): Promise<GossipMessage> {
  const udp = createSocket('udp4')
  return new Promise<GossipMessage>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('no answer')), 20_000)
    udp.on('message', (packet) => {
      const decoded = decodePacket(packet, PLAIN_PACKETS)
      const answer = decoded.ok ? decoded.value.messages.find(wanted) : undefined
      if (answer === undefined) return
      clearTimeout(timer)
      resolve(answer)
    })
    udp.bind({ address: loopbackAddress() }, () => udp.send(encodeGossipMessage(message), SERF_PORT, to))
  }).finally(() => udp.close())
}

describeInterop('gossip with serf', ['serf'], () => {
  describe.each([
    ['without a key', undefined, []],
    ['with a key', randomBytes(32), []],
    ['without compression on their side', undefined, ['-disable-compression']],
  ] as const)('%s', (_, key, flags) => {
    const options = [...flags, ...(key === undefined ? [] : ['-encrypt', key.toString('base64')])]

    it('four become one cluster, and each one that dies or goes is missed by all', PATIENCE, async () => {
      const alpha = await serf('alpha', ...options)
      const beta = await serf('beta', ...options, '-join', alpha.address)
      // Exchanging states each second, so that a test sees many.
      const one = await ours('one', key, { pushPullIntervalMs: 1_000 })
      const two = await ours('two', key, { pushPullIntervalMs: 1_000 })
      await join(one, alpha)
      await join(two, one)
      await agreed('alpha,beta,one,two', alpha, beta, one, two)

      await alpha.run('event', 'deploy', 'payload of an event')
      await beta.run('tags', '-set', 'role=changed')
      await eventually(
        'the new tags',
        () => one.changes.find((change) => change === 'update beta alive'),
        20_000,
      )
      expect(one.node.members().find(({ name }) => name === 'beta')?.meta.length).toBeGreaterThan(0)

      beta.kill()
      await agreed('alpha,one,two', one, two, alpha)
      for (const who of [one, two])
        await eventually(
          'its time is over',
          () => (stateOf(who, 'beta') === 'dead' ? true : undefined),
          DETECTION_MS,
        )
      expect((await alpha.members())['beta']).toBe('failed')

      await two.node.close({ leave: false, timeoutMs: 0 })
      await agreed('alpha,one', one, alpha)
      await eventually(
        'its time is over',
        () => (stateOf(one, 'two') === 'dead' ? true : undefined),
        DETECTION_MS,
      )
      expect((await alpha.members())['two']).toBe('failed')

      // Both sides talked in many ways until now, and nobody had reason to complain of what it got.
      expect(one.node.counters().refused).toEqual({})
      expect(
        alpha.complaints().filter((line) => /decrypt|decode|checksum|msg type|invalid/i.test(line)),
      ).toEqual([])
    })

    it('goodbyes are understood both ways', PATIENCE, async () => {
      const alpha = await serf('alpha', ...options)
      const beta = await serf('beta', ...options, '-join', alpha.address)
      const one = await ours('one', key)
      const two = await ours('two', key)
      await join(one, alpha)
      await join(two, beta)
      await agreed('alpha,beta,one,two', alpha, beta, one, two)

      await beta.run('leave')
      await eventually('one knows', () => (stateOf(one, 'beta') === 'left' ? true : undefined), 20_000)
      await eventually('two knows', () => (stateOf(two, 'beta') === 'left' ? true : undefined), 20_000)

      await two.node.close({ leave: true, timeoutMs: 5_000 })
      await agreed('alpha,one', one, alpha)
      expect(stateOf(one, 'two')).toBe('left')
      // serf calls whoever goes without a message of its own failed; but it did not have to find out.
      expect(alpha.log.filter((line) => line.includes('Suspect two'))).toEqual([])
      expect(alpha.log.filter((line) => line.includes('Marking two as failed'))).toEqual([])
    })
  })

  it('an agent that is restarted comes back, and so do we', PATIENCE, async () => {
    const alpha = await serf('alpha')
    const one = await ours('one')
    await join(one, alpha)
    await agreed('alpha,one', alpha, one)
    await one.node.close({ leave: true, timeoutMs: 5_000 })
    await agreed('alpha', alpha)
    const again = await ours('one')
    await join(again, alpha)
    await agreed('alpha,one', alpha, again)
  })

  it('with different keys nobody gets in, and the reason is logged', PATIENCE, async () => {
    const alpha = await serf('alpha', '-encrypt', randomBytes(32).toString('base64'))
    for (const key of [undefined, randomBytes(32)]) {
      const one = await ours('one', key)
      const [outcome] = await one.node.join([seed(alpha)])
      expect(outcome?.problem).toBeDefined()
      expect(one.logs.join('\n')).toContain('warn join-failed: Failed to join')
      expect(await alpha.members()).toEqual({ alpha: 'alive' })
      await one.node.close({ leave: false, timeoutMs: 0 })
    }
  })

  it(
    'MetalLB and serf do not mix: the versions of their payloads differ, and both say so',
    PATIENCE,
    async () => {
      const alpha = await serf('alpha')
      const node = await GossipNode.start(
        {
          ...{
            nodeName: 'speaker',
            bindAddress: parseIp(loopbackAddress())!,
            keys: [],
            settings: GOSSIP_PROFILES.lan,
          },
          ...{ onChange: () => undefined, onLog: () => undefined },
        },
        await gossipPorts(),
      )
      const [outcome] = await node.join([seed(alpha)])
      await node.close({ leave: false, timeoutMs: 0 })
      expect(outcome?.problem).toMatch(/delegate protocol version \(\d\) is incompatible/)
      expect(await alpha.members()).toEqual({ alpha: 'alive' })
    },
  )

  it('Go reads what we compress, tables that fill often included', PATIENCE, async () => {
    const alpha = await serf('alpha')
    const userState = Buffer.concat([randomBytes(60_000), Buffer.alloc(60_000, 'abcabd'), Buffer.from([0])])
    const answer = await exchange(alpha, encodePushPull({ join: false, nodes: [], userState }))
    expect(answer).toMatchObject({ kind: 'push-pull', nodes: [{ name: 'alpha', state: 'alive' }] })
    // serf got to the state that is not its own, which it says, so everything before was read.
    await eventually('serf read it', () => alpha.log.find((line) => line.includes('bad type prefix')), 20_000)
  })

  it('we read what Go compresses, tables that fill often included', PATIENCE, async () => {
    const alpha = await serf('alpha')
    const payloads = Array.from({ length: 60 }, () => randomBytes(180).toString('base64'))
    for (const [i, payload] of payloads.entries())
      await alpha.run('event', '-coalesce=false', `event-${i}`, payload)
    const answer = await exchange(alpha, encodePushPull({ join: false, nodes: [], userState: NOTHING }))
    const text = answer.kind === 'push-pull' ? Buffer.from(answer.userState).toString('latin1') : ''
    expect(payloads.filter((payload) => !text.includes(payload))).toEqual([])
  })

  it('pings on behalf of others, over TCP, and for nobody', PATIENCE, async () => {
    const alpha = await serf('alpha')
    const one = await ours('one')
    await join(one, alpha)
    await agreed('alpha,one', alpha, one)
    const through = (helper: { readonly address: string }, node: string, target: string) =>
      ask(
        helper.address,
        {
          ...{ kind: 'indirect-ping', sequence: 77, node, target: parseIp(target)!, port: SERF_PORT },
          ...{ nack: true, source: undefined },
        },
        ({ kind }) => kind === 'ack' || kind === 'nack',
      )
    expect(await through(alpha, 'one', one.address)).toMatchObject({ kind: 'ack', sequence: 77 })
    expect(await through(one, 'alpha', alpha.address)).toMatchObject({ kind: 'ack', sequence: 77 })
    const nobody = loopbackAddress()
    expect(await through(alpha, 'nobody', nobody)).toMatchObject({ kind: 'nack', sequence: 77 })
    expect(await through(one, 'nobody', nobody)).toMatchObject({ kind: 'nack', sequence: 77 })
    const ping: GossipMessage = { kind: 'ping', sequence: 78, node: 'alpha', source: undefined }
    expect(await exchange(alpha, encodeGossipMessage(ping))).toMatchObject({ kind: 'ack', sequence: 78 })
  })

  it('who is reached over TCP only stays a member for both', PATIENCE, async () => {
    const alpha = await serf('alpha')
    const ports = await gossipPorts()
    const deaf: GossipPorts = {
      ...ports,
      network: {
        open: (at, events, limits) =>
          ports.network.open(at, { ...events, onPacket: () => undefined }, limits),
      },
    }
    const one = await ours('one', undefined, {}, deaf)
    await join(one, alpha)
    // What follows differs between versions of memberlist.
    const said = 'Was able to connect to one'
    await eventually('serf pings over TCP', () => alpha.log.find((line) => line.includes(said)), DETECTION_MS)
    const heard = 'Was able to connect to alpha over TCP but UDP probes failed'
    await eventually('we ping over TCP', () => one.logs.find((line) => line.includes(heard)), DETECTION_MS)
    expect([(await alpha.members())['one'], stateOf(one, 'alpha')]).toEqual(['alive', 'alive'])
  })
})
