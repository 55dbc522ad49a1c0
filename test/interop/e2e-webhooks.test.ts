// The scenarios of MetalLB's own end-to-end tests of the webhooks, by name: what `lbctl controller run` refuses when kubectl applies it, and
// what kubectl then says.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeInterop, eventually } from '../support/namespaces.ts'
import { type MetallbObject, metallb, resourceOf, WebhookLab } from '../support/webhook-lab.ts'

/** Generous, for a machine that does other things. */
const DEADLINE_MS = 30_000
const LEGACY = { good: '65000:1', bad: ['65536:1', 'no:1', '65000'] }
const LARGE = { good: 'large:65000:1:2', bad: ['large:65000:1', 'big:65000:1:2', 'large:65000:1:4294967296'] }

const pool = (name: string, ...addresses: readonly string[]) => metallb('IPAddressPool', name, { addresses })
const advertisement = (name: string, spec: object) => metallb('BGPAdvertisement', name, spec)
const peer = (name: string, spec: object = {}) =>
  metallb('BGPPeer', name, { myASN: 64512, peerASN: 64513, peerAddress: '192.0.2.1', ...spec })
const community = (name: string, ...communities: readonly (readonly [name: string, value: string])[]) =>
  metallb('Community', name, { communities: communities.map(([alias, value]) => ({ name: alias, value })) })
const onRack = (rack: string) => ({ nodeSelectors: [{ matchLabels: { rack } }] })

describeInterop('e2e: webhooks', ['kubectl'], () => {
  let lab: WebhookLab
  beforeAll(async () => {
    lab = await WebhookLab.start()
    lab.cluster.server.applyObjects(
      ['a', 'b'].map((rack) => ({
        apiVersion: 'v1',
        kind: 'Node',
        metadata: { name: `node-${rack}`, labels: { rack } },
      })),
    )
    await lab.controller()
  }, 60_000)
  afterAll(() => lab?.remove())

  /** A webhook knows of what was applied a moment ago when its watch has told it; a dry run changes nothing meanwhile. */
  const untilDryRun = (object: MetallbObject, wanted: number) =>
    eventually(
      `a dry run of ${object.kind} ${object.metadata.name} ends with ${wanted}`,
      async () => {
        const { code } = await lab.cluster.kubectl(['apply', '--dry-run=server', '-f', '-'], object)
        return code === wanted
      },
      DEADLINE_MS,
    )
  const specOf = ({ kind, metadata: { namespace, name } }: MetallbObject) =>
    lab.stored(resourceOf(kind), `${namespace}/${name}`)?.spec

  /** What kubectl says of an object that is refused, and leaves as it was. */
  async function refused(object: MetallbObject): Promise<string> {
    await untilDryRun(object, 1)
    const before = specOf(object)
    const { code, stdout, stderr } = await lab.apply(object)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(specOf(object)).toEqual(before)
    return stderr
  }

  /** What kubectl says besides that it was stored. */
  async function stored(object: MetallbObject): Promise<string> {
    await untilDryRun(object, 0)
    const { code, stderr } = await lab.apply(object)
    expect({ code, stderr }).toMatchObject({ code: 0 })
    expect(specOf(object)).toMatchObject(object.spec)
    return stderr
  }

  it('overlapping pools', async () => {
    await stored(pool('first', '198.51.100.0/25'))
    const said = await refused(pool('second', '198.51.100.100-198.51.100.200'))
    expect(said).toContain('The IPAddressPool "second" is invalid: spec.addresses[0]: ')
    expect(said).toContain('overlaps 198.51.100.0/25 of the pool "first". (V106)')
    expect(await refused(pool('itself', '203.0.113.0/30', '203.0.113.1-203.0.113.2'))).toContain('V106')
    await stored(pool('second', '198.51.100.128-198.51.100.200'))
  })

  it('invalid aggregationLength', async () => {
    await stored(pool('narrow', '203.0.113.0/28'))
    const wide = await refused(advertisement('wide', { ipAddressPools: ['narrow'], aggregationLength: 26 }))
    expect(wide).toContain('The BGPAdvertisement "wide" is invalid: spec.aggregationLength: ')
    expect(wide).toContain('26 is wider than 203.0.113.0/28 of the pool "narrow"')
    expect(await refused(advertisement('long', { aggregationLength: 33 }))).toContain('V601')
    await stored(advertisement('wide', { ipAddressPools: ['narrow'], aggregationLength: 28 }))
    // What a change of the pool would do to the advertisement is for MetalLB's webhook no reason to refuse it.
    const shrunk = await stored(pool('narrow', '203.0.113.0/29'))
    expect(shrunk).toContain('Warning: V603: BGPAdvertisement wide: ')
  })

  it('serviceSelectors with non-default aggregation', async () => {
    const some = { serviceSelectors: [{ matchLabels: { app: 'web' } }] }
    for (const [name, length] of [
      ['four', { aggregationLength: 24 }],
      ['six', { aggregationLengthV6: 64 }],
    ] as const) {
      const said = await refused(advertisement(name, { ...some, ...length }))
      expect(said).toContain(`The BGPAdvertisement "${name}" is invalid: spec: `)
      expect(said).toContain('leave the aggregation lengths at 32 and 128')
    }
    await stored(advertisement('exact', { ...some, aggregationLength: 32, aggregationLengthV6: 128 }))
  })

  it('invalid peer IP', async () => {
    const said = await refused(peer('bad', { peerAddress: '192.0.2.400' }))
    expect(said).toContain('The BGPPeer "bad" is invalid: spec.peerAddress: "192.0.2.400" is not the address')
    expect(said).toContain('Write one IP address; names are not looked up.')
  })

  it('duplicate peers (FRR): node selectors that overlap, and such that do not', async () => {
    const before = lab.asked
    try {
      lab.asked = await lab.controller('--bgp-type', 'frr')
      await stored(peer('rack-a', onRack('a')))
      for (const selection of [onRack('a'), {}]) {
        const said = await refused(peer('twin', selection))
        expect(said).toContain('The BGPPeer "twin" is invalid: spec.peerAddress: ')
        expect(said).toContain('BGPPeer "rack-a" connects to 192.0.2.1 too, and both are for the same node')
      }
      expect(await stored(peer('twin', onRack('b')))).not.toContain('V708')
    } finally {
      lab.asked = before
    }
  })

  it('duplicate peers: a warning where speakers are those of lbctl', async () => {
    await stored(peer('once', { peerAddress: '192.0.2.2' }))
    await eventually(
      'a warning',
      async () => (await stored(peer('again', { peerAddress: '192.0.2.2' }))).includes('Warning: V708: '),
      DEADLINE_MS,
    )
  })

  for (const [kind, { good, bad }] of [
    ['legacy', LEGACY],
    ['large', LARGE],
  ] as const)
    it(`invalid Community, ${kind}: created and updated`, async () => {
      const refusals = (name: string) =>
        bad.map(async (value) => {
          const said = await refused(community(name, [kind, value]))
          expect(said).toContain(
            `The Community "${name}" is invalid: spec.communities[0].value: "${value}" is no community: `,
          )
        })
      await Promise.all(refusals(`${kind}-new`))
      await stored(community(`${kind}-old`, [kind, good]))
      await Promise.all(refusals(`${kind}-old`))
    })

  it('duplicate communities', async () => {
    await stored(community('one', ['same', '65000:10']))
    const said = await refused(community('two', ['same', '65000:11']))
    expect(said).toContain('spec.communities[0].name: The alias "same" is defined twice. (V402)')
    expect(await refused(community('both', ['x', '65000:12'], ['x', '65000:12']))).toContain('V402')
    await stored(community('two', ['other', '65000:11']))
  })

  it('a BFDProfile in use is not deleted', async () => {
    await stored(metallb('BFDProfile', 'fast', { receiveInterval: 100 }))
    await stored(peer('watched', { peerAddress: '192.0.2.3', bfdProfile: 'fast' }))
    const remove = (...words: readonly string[]) =>
      lab.cluster.kubectl(['delete', 'bfdprofile', 'fast', '-n', 'metallb-system', ...words])
    const dryRun = async (wanted: number) => (await remove('--dry-run=server')).code === wanted
    await eventually('the profile is in use', () => dryRun(1), DEADLINE_MS)
    const { code, stderr } = await remove()
    expect(code).toBe(1)
    expect(stderr).toContain(
      'admission webhook "bfdprofilevalidationwebhook.metallb.io" denied the request: failed to delete BFDProfile fast, used by BGPPeer watched. Take "bfdProfile" off there first.',
    )
    expect(lab.stored('bfdprofiles.metallb.io', 'metallb-system/fast')).toBeDefined()
    await stored(peer('watched', { peerAddress: '192.0.2.3' }))
    await eventually('nobody uses it any more', () => dryRun(0), DEADLINE_MS)
    expect(await remove()).toMatchObject({ code: 0, stderr: '' })
  })

  it('each kind is refused in a foreign namespace', async () => {
    for (const { kind, spec } of [
      pool('x', '203.0.113.128/28'),
      metallb('L2Advertisement', 'x', {}),
      advertisement('x', {}),
      peer('x', { peerAddress: '192.0.2.4' }),
      community('x', ['y', '65000:20']),
      metallb('BFDProfile', 'x', {}),
    ]) {
      const said = await refused(metallb(kind, 'x', spec, 'default'))
      expect(said).toContain(
        `admission webhook "${kind.toLowerCase()}validationwebhook.metallb.io" denied the request: resource must be created in metallb-system namespace; what is in default would be read by nobody`,
      )
    }
  })
})
