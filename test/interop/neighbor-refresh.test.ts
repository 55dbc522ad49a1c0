// Neighbours that asked are told by unicast where an address is: the kernel of a client that hears no broadcast and no multicast at all.
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { linuxResponder } from '../../src/linux/responder/responder.ts'
import type { Ip } from '../../src/net/ip.ts'
import { parseIp } from '../../src/net/ip.ts'
import { type BuiltFile, buildResponderWorker } from '../support/linux-worker.ts'
import { describeInterop, eventually, NetLab } from '../support/namespaces.ts'
import { WholeSets } from '../support/whole-sets.ts'

const at = (text: string): Ip => parseIp(text)!
const VIP = '192.0.2.100'
const VIP6 = '2001:db8::100'
const OTHER = '192.0.2.101'
/** Of an owner that is gone. */
const FORMER = '02:00:00:00:00:99'

describeInterop('the refresh of neighbours', ['ping', 'nft'], () => {
  let lab: NetLab
  let worker: BuiltFile
  let node: string
  let client: string
  let nodeMac: string
  let responder: WholeSets | undefined

  beforeAll(async () => {
    worker = await buildResponderWorker()
    lab = await NetLab.create()
    node = lab.namespace()
    client = lab.namespace()
    lab.connect([node, 'n0'], [client, 'c0'])
    lab.ip(client, 'addr add 192.0.2.1/24 dev c0')
    lab.ip(client, 'addr add 2001:db8::1/64 dev c0')
    nodeMac = lab.ipJson<{ address: string }[]>(node, 'link show n0')[0]!.address
    const chain = 'add chain netdev quiet in { type filter hook ingress device c0 priority 0; }'
    const rule = 'add rule netdev quiet in ether daddr & 01:00:00:00:00:00 != 00:00:00:00:00:00 drop'
    lab.run(client, 'nft', `add table netdev quiet; ${chain}; ${rule}`)
  })
  afterEach(async () => {
    await responder?.stop()
    responder = undefined
  })
  afterAll(() => {
    lab?.destroy()
    worker?.remove()
  })

  async function start(refreshMs: number | undefined): Promise<WholeSets> {
    const port = linuxResponder({ url: () => worker.url, refreshMs })
    const started = await lab.inside(node, () =>
      port.start({
        onForeignClaim: () => undefined,
        onInterfaceError: () => undefined,
        onDeath: (cause) => {
          throw cause
        },
      }),
    )
    responder = new WholeSets(started)
    return responder
  }

  const entry = (address: string): string | undefined =>
    lab
      .ipJson<{ dst: string; lladdr?: string }[]>(client, 'neigh show dev c0')
      .find(({ dst }) => dst === address)?.lladdr

  /** The client's kernel asks for it; the echo itself is not answered. */
  const ask = (address: string) => lab.start(client, 'ping', '-c', '1', '-W', '0.2', address)

  /** What a client has that missed a takeover. It asks nobody as long as it sends nothing. */
  const mislead = (address: string): void => {
    lab.ip(client, `neigh replace ${address} lladdr ${FORMER} nud stale dev c0`)
  }

  const refreshes = async (address: string): Promise<number> => {
    const counts = await responder?.counts()
    return counts?.find((count) => count.address.value === at(address).value)?.refreshes ?? 0
  }

  it('reaches who asked for an address that is held, again and again', async () => {
    const it = await start(1_000)
    await it.setOwned(new Map([['n0', [at(VIP), at(VIP6)]]]))
    for (const address of [VIP, VIP6])
      await eventually(`${address} is known`, async () => {
        await ask(address)
        return entry(address) === nodeMac ? true : undefined
      })
    for (const round of [1, 2]) {
      for (const address of [VIP, VIP6]) mislead(address)
      for (const address of [VIP, VIP6]) {
        await eventually(`${address}, round ${round}`, () => (entry(address) === nodeMac ? true : undefined))
        expect(await refreshes(address)).toBeGreaterThanOrEqual(round)
      }
    }
  })

  it('reaches who asked for an address before it was taken over', async () => {
    const it = await start(600_000)
    await it.setOwned(new Map([['n0', [at(OTHER)]]]))
    lab.ip(client, 'neigh flush dev c0')
    await ask(VIP)
    mislead(VIP)
    await it.setOwned(new Map([['n0', [at(OTHER), at(VIP)]]]))
    await eventually('the client follows', () => (entry(VIP) === nodeMac ? true : undefined))
    expect(await refreshes(VIP)).toBeGreaterThan(0)
  })

  it('is not sent unless that is asked for: the client stays with what it has', async () => {
    const it = await start(undefined)
    await it.setOwned(new Map([['n0', [at(VIP)]]]))
    lab.ip(client, 'neigh flush dev c0')
    await ask(VIP)
    mislead(VIP)
    await it.setOwned(new Map([['n0', [at(OTHER)]]]))
    await it.setOwned(new Map([['n0', [at(OTHER), at(VIP)]]]))
    // Behind every frame of the thread comes its answer to this question.
    expect(await refreshes(VIP)).toBe(0)
    expect(entry(VIP)).toBe(FORMER)
  })
})
