import { beforeEach, describe, expect, it } from 'vitest'
import { formatIp, type Ip, parseIp } from '../../net/ip.ts'
import { type Mac, parseMac } from '../../net/mac.ts'
import { discoveryFrame, hear } from './discovery-frames.ts'
import type { DiscoveryLink, DiscoveryPorts } from './ports.ts'
import { RouterDiscovery } from './router-discovery.ts'

const ip = (text: string): Ip => parseIp(text)!
const mac = parseMac('02:00:00:00:00:01') as Mac
const eth0: DiscoveryLink = { index: 2, name: 'eth0', mac, up: true, linkLocal: ip('fe80::1') }
const settled = () => new Promise((resolve) => setImmediate(resolve))

/** A machine with one card, whose link and neighbours the test plays. */
class Machine implements DiscoveryPorts {
  list: DiscoveryLink[] = [eth0]
  nowMs = 0
  readonly sent: string[] = []
  readonly open = new Set<(frame: Uint8Array) => void>()
  refuse: Error | undefined
  watchers = new Set<() => void>()
  timers = new Set<{ atMs: number; then: () => void }>()
  readonly joined: Mac[] = []
  readonly random = () => 0

  readonly links = {
    list: () => Promise.resolve(this.list),
    watch: (onChange: () => void) => {
      this.watchers.add(onChange)
      return Promise.resolve(() => void this.watchers.delete(onChange))
    },
  }

  readonly frames = {
    open: (_: string, onFrame: (frame: Uint8Array) => void) => {
      if (this.refuse !== undefined) return Promise.reject(this.refuse)
      this.open.add(onFrame)
      return Promise.resolve({
        send: (frame: Uint8Array) => {
          const event = hear(frame)
          this.sent.push(`${event?.message} from ${event === undefined ? '' : formatIp(event.source)}`)
          return undefined
        },
        joinMulticast: (group: Mac) => void this.joined.push(group),
        close: () => {
          this.open.delete(onFrame)
          return Promise.resolve()
        },
      })
    },
  }

  readonly clock = {
    nowMs: () => this.nowMs,
    after: (ms: number, then: () => void) => {
      const timer = { atMs: this.nowMs + ms, then }
      this.timers.add(timer)
      return () => void this.timers.delete(timer)
    },
  }

  hears(router: string): void {
    const frame = discoveryFrame({ kind: 'advertise' }, { mac, ip: ip(router) })
    for (const onFrame of this.open) onFrame(frame)
  }

  async linksAre(...links: DiscoveryLink[]): Promise<void> {
    this.list = links
    for (const onChange of this.watchers) onChange()
    await settled()
  }
}

describe('router discovery', () => {
  let machine: Machine
  let discovery: RouterDiscovery
  let changes: (string | undefined)[]

  beforeEach(() => {
    machine = new Machine()
    changes = []
    discovery = new RouterDiscovery(machine, () => {
      const router = discovery.router('eth0')
      changes.push(router === undefined ? undefined : formatIp(router))
    })
  })

  it('advertises and asks at once, and finds the router', async () => {
    await discovery.set(['eth0'])
    expect(machine.sent).toEqual(['router-advertisement from fe80::1', 'router-solicitation from fe80::1'])
    expect(machine.joined).toEqual(['33:33:00:00:00:02'])
    expect(discovery.status()).toMatchObject([{ state: 'searching', router: undefined }])
    machine.hears('fe80::a')
    expect(changes).toEqual(['fe80::a'])
    expect(discovery.status()).toMatchObject([{ state: 'found', router: ip('fe80::a') }])
  })

  it('sends the next ones when their time comes', async () => {
    await discovery.set(['eth0'])
    machine.nowMs = 3_000
    const [timer] = machine.timers
    expect(timer?.atMs).toBe(3_000)
    timer?.then()
    expect(machine.sent).toHaveLength(3)
    expect([...machine.timers].map(({ atMs }) => atMs)).toEqual([4_000])
  })

  it('follows a link that goes and comes back', async () => {
    await discovery.set(['eth0'])
    machine.hears('fe80::a')
    await machine.linksAre({ ...eth0, up: false })
    expect(changes).toEqual(['fe80::a', undefined])
    expect(machine.open.size).toBe(0)
    expect(discovery.status()).toMatchObject([{ state: 'no-link' }])
    await machine.linksAre({ ...eth0, index: 7 })
    expect(machine.open.size).toBe(1)
    expect(machine.sent).toHaveLength(4)
    machine.hears('fe80::b')
    expect(changes.at(-1)).toBe('fe80::b')
  })

  it('opens a socket on the card that took the place of another', async () => {
    await discovery.set(['eth0'])
    machine.hears('fe80::a')
    const [first] = machine.open
    await machine.linksAre({ ...eth0, index: 7 })
    expect(machine.open.size).toBe(1)
    expect(machine.open.has(first!)).toBe(false)
    expect(discovery.router('eth0')).toBeUndefined()
  })

  it('waits for an interface that is not there, and for one without a link-local address', async () => {
    machine.list = []
    await discovery.set(['eth0'])
    expect(discovery.status()).toMatchObject([{ state: 'no-link' }])
    await machine.linksAre({ ...eth0, linkLocal: undefined })
    expect(machine.open.size).toBe(0)
    await machine.linksAre(eth0)
    expect(discovery.status()).toMatchObject([{ state: 'searching' }])
  })

  it('says why it fails, and tries again when the link changes', async () => {
    machine.refuse = new Error('no right to')
    await discovery.set(['eth0'])
    expect(discovery.status()).toMatchObject([{ state: 'failed', failure: machine.refuse }])
    machine.refuse = undefined
    await machine.linksAre(eth0)
    expect(discovery.status()).toMatchObject([{ state: 'searching', failure: undefined }])
  })

  it('lets no other router in while a session stands', async () => {
    await discovery.set(['eth0'])
    machine.hears('fe80::a')
    discovery.sessionIs('eth0', true)
    machine.nowMs = 100_000
    machine.hears('fe80::b')
    expect(changes).toEqual(['fe80::a'])
    discovery.sessionIs('eth0', false)
    machine.hears('fe80::b')
    expect(changes).toEqual(['fe80::a', 'fe80::b'])
  })

  it('leaves nothing behind', async () => {
    await discovery.set(['eth0'])
    await discovery.stop()
    expect([machine.open.size, machine.timers.size, machine.watchers.size]).toEqual([0, 0, 0])
    expect(discovery.status()).toEqual([])
  })
})
