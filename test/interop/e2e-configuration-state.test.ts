// The scenarios of MetalLB's own end-to-end tests of ConfigurationState, by name: what each component says of the configuration.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { CLUSTER_LAB_PROGRAMS, ClusterLab } from '../support/cluster-lab/cluster-lab.ts'
import { exposed } from '../support/cluster-lab/user-objects.ts'
import { describeInterop } from '../support/namespaces.ts'
import {
  bgpAdvertisement,
  bgpPeerObject,
  type KubernetesObject,
  layer2Advertisement,
  pool,
} from '../support/speaker-lab/speaker-objects.ts'

type Spec = Readonly<Record<string, unknown>>

const PASSWORD = 'correct-horse-battery'
const STATES = 'configurationstates.metallb.io'
const COMPONENTS = ['controller', 'speaker-node1', 'speaker-node2', 'speaker-node3']
const VALID = COMPONENTS.map((name) => `${name} Valid`)

const metallb = (kind: string, name: string, spec: Spec): KubernetesObject => ({
  ...{ apiVersion: 'metallb.io/v1beta1', kind, metadata: { name, namespace: 'metallb-system' } },
  spec,
})
const peer = (name: string, spec: Spec = {}) =>
  bgpPeerObject(name, { myASN: 64512, peerASN: 64500, peerAddress: '192.0.2.1', ...spec })
const community = (name: string, alias: string, value: string) =>
  metallb('Community', name, { communities: [{ name: alias, value }] })
const secret = (type: string) => ({
  ...{ apiVersion: 'v1', kind: 'Secret', type, metadata: { name: 'tor', namespace: 'metallb-system' } },
  stringData: { password: PASSWORD },
})

describeInterop('e2e: configuration state', CLUSTER_LAB_PROGRAMS, () => {
  let lab: ClusterLab
  beforeAll(async () => {
    lab = await ClusterLab.create()
  })
  afterAll(() => lab?.destroy())

  const states = () =>
    lab.cluster
      .objects(STATES)
      .map(({ metadata, status }) => ({
        name: metadata.name,
        result: String(status?.['result']),
        summary: String(status?.['errorSummary'] ?? ''),
      }))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
  const says = (wanted: readonly string[]) =>
    lab
      .until(
        `the states are ${wanted.join(', ')}`,
        () => String(states().map(({ name, result }) => `${name} ${result}`)) === String(wanted),
      )
      .catch((error: Error) => {
        throw new Error(`${error.message}, but ${JSON.stringify(states())}`)
      })
  const invalid = (...names: readonly string[]) =>
    COMPONENTS.map((name) => `${name} ${names.includes(name) ? 'Invalid' : 'Valid'}`)
  const speakers = COMPONENTS.slice(1)
  const summaryOf = (name: string) => states().find((each) => each.name === name)?.summary ?? ''
  const gone = (kind: string, name: string) =>
    lab.cluster.kubectl(['delete', kind, name, '-n', 'metallb-system'])

  it('all valid', () =>
    lab.scenario([pool('link', '192.0.2.100/30'), layer2Advertisement('link')], async () => {
      await says(VALID)
      const table = await lab.cluster.kubectl(['get', 'configurationstates', '-n', 'metallb-system'])
      expect(table).toMatch(/^speaker-node1 +Valid/m)
    }))

  it('the Secret of a peer has the wrong type', () =>
    lab.scenario([secret('Opaque'), peer('tor', { passwordSecret: { name: 'tor' } })], async () => {
      try {
        await says(invalid(...speakers))
        expect(summaryOf('speaker-node1')).toContain('no Secret "tor" of type kubernetes.io/basic-auth')
        expect(JSON.stringify(states())).not.toContain(PASSWORD)
      } finally {
        await gone('secret', 'tor')
      }
    }))

  const on = (node: string) => ({ matchLabels: { 'kubernetes.io/hostname': node } })
  const inRack = (rack: string) => ({ nodeSelectors: [{ matchLabels: { [`rack-${rack}`]: 'yes' } }] })
  const label = (node: string, ...words: readonly string[]) =>
    lab.cluster.kubectl(['label', 'node', node, ...words])

  it('one speaker is invalid: Secret of the wrong type, node-scoped', () =>
    lab.scenario(
      [secret('Opaque'), peer('tor', { ...inRack('a'), passwordSecret: { name: 'tor' } })],
      async () => {
        try {
          await label('node1', 'rack-a=yes')
          await says(invalid('speaker-node1'))
          expect(summaryOf('speaker-node1')).toContain('no Secret "tor" of type kubernetes.io/basic-auth')
          // The others take what comes next, and this one does not.
          await lab.cluster.apply(
            ...[pool('link', '192.0.2.100/30'), layer2Advertisement('two', { nodeSelectors: [on('node2')] })],
            ...exposed('web', ['node2']),
          )
          await lab.answeredBy('192.0.2.100', 'node2')
          await gone('secret', 'tor')
          await lab.cluster.apply(secret('kubernetes.io/basic-auth'))
          await says(VALID)
        } finally {
          await gone('secret', 'tor')
        }
      },
    ))

  it('node relabel causes conflict', () =>
    lab.scenario(
      [
        pool('far', '198.51.100.0/24'),
        bgpAdvertisement('one', { ...inRack('a'), localPref: 100 }),
        bgpAdvertisement('two', { ...inRack('b'), localPref: 200 }),
      ],
      async () => {
        await label('node1', 'rack-a=yes')
        await label('node2', 'rack-b=yes')
        await says(VALID)
        await label('node1', 'rack-b=yes')
        await says(invalid('speaker-node1'))
        expect(summaryOf('speaker-node1')).toContain('localPref')
        await label('node1', 'rack-b-')
        await says(VALID)
      },
    ))

  it('node-specific results', () =>
    lab.scenario(
      [
        ...[pool('far', '198.51.100.0/24'), peer('tor', { ...inRack('a'), bfdProfile: 'fast' })],
        bgpAdvertisement('gold', { ...inRack('b'), communities: ['gold'] }),
      ],
      async () => {
        await says(VALID)
        await label('node1', 'rack-a=yes')
        await label('node2', 'rack-b=yes')
        await says(invalid('speaker-node1', 'speaker-node2'))
        expect(summaryOf('speaker-node1')).toContain('fast')
        expect(summaryOf('speaker-node1')).not.toContain('gold')
        expect(summaryOf('speaker-node2')).toContain('gold')
        expect(summaryOf('speaker-node2')).not.toContain('fast')
        await lab.cluster.apply(metallb('BFDProfile', 'fast', { detectMultiplier: 3 }))
        await says(invalid('speaker-node2'))
        await lab.cluster.apply(community('known', 'gold', '64500:1'))
        await says(VALID)
      },
    ))

  it('a BFD profile is missing', () =>
    lab.scenario([peer('tor', { bfdProfile: 'fast' })], async () => {
      await says(invalid(...speakers))
      expect(summaryOf('speaker-node2')).toContain('fast')
      await lab.cluster.apply(metallb('BFDProfile', 'fast', { detectMultiplier: 3 }))
      await says(VALID)
    }))

  it('a reference is broken at runtime', () =>
    lab.scenario(
      [
        ...[pool('far', '198.51.100.0/24'), community('known', 'gold', '64500:1')],
        bgpAdvertisement('all', { communities: ['gold'] }),
      ],
      async () => {
        await says(VALID)
        await gone('community', 'known')
        await says(invalid(...speakers))
        expect(summaryOf('speaker-node3')).toContain('gold')
      },
    ))

  it('recovers when the missing community is created', () =>
    lab.scenario(
      [pool('far', '198.51.100.0/24'), bgpAdvertisement('all', { communities: ['gold'] })],
      async () => {
        await says(invalid(...speakers))
        await lab.cluster.apply(community('known', 'gold', '64500:1'))
        await says(VALID)
        expect(states().map(({ summary }) => summary)).toEqual(['', '', '', ''])
      },
    ))

  it('goes through one error after the other', () =>
    lab.scenario(
      [
        ...[pool('far', '198.51.100.0/24'), peer('tor', { bfdProfile: 'fast' })],
        bgpAdvertisement('all', { communities: ['gold'] }),
      ],
      async () => {
        await says(invalid(...speakers))
        await lab.cluster.apply(community('known', 'gold', '64500:1'))
        await lab.until('the profile alone is missing', () => {
          const summary = summaryOf('speaker-node1')
          return summary.includes('fast') && !summary.includes('gold')
        })
        await lab.cluster.apply(metallb('BFDProfile', 'fast', { detectMultiplier: 3 }))
        await says(VALID)
      },
    ))

  it('a pool that overlaps another: the controller says so, too', () =>
    lab.scenario([pool('one', '198.51.100.0/24'), pool('two', '198.51.100.128/25')], async () => {
      await says(invalid(...COMPONENTS))
      expect(summaryOf('controller')).toContain('198.51.100.128')
      await gone('ipaddresspool', 'two')
      await says(VALID)
    }))

  const stored = (name: string) => lab.cluster.objects(STATES).find(({ metadata }) => metadata.name === name)
  const deletedAndBack = async (...names: readonly string[]): Promise<void> => {
    const before = names.map(stored)
    for (const name of names) await gone('configurationstate', name)
    await lab.until('they are written again, as they were', () =>
      names.every((name, index) => {
        const [old, now] = [before[index], stored(name)]
        const isNew = now !== undefined && now.metadata.uid !== old?.metadata.uid
        return (
          isNew &&
          now.status?.['result'] === old?.status?.['result'] &&
          now.status?.['errorSummary'] === old?.status?.['errorSummary']
        )
      }),
    )
  }

  it('self-heals after deletion', () =>
    lab.scenario([pool('far', '198.51.100.0/24')], async () => {
      await says(VALID)
      await deletedAndBack(...COMPONENTS)
      await says(VALID)
    }))

  it('state preserved after deletion', () =>
    lab.scenario(
      [
        ...[pool('one', '198.51.100.0/24'), pool('two', '198.51.100.128/25')],
        peer('tor', { bfdProfile: 'fast' }),
      ],
      async () => {
        await says(invalid(...COMPONENTS))
        // The pools may have arrived before the peer.
        const whole = () =>
          summaryOf('controller').includes('198.51.100.128') &&
          ['198.51.100.128', 'fast'].every((word) => summaryOf('speaker-node2').includes(word))
        await lab.until('everything that is wrong is told', whole)
        await deletedAndBack('controller', 'speaker-node2')
        expect(whole()).toBe(true)
      },
    ))
})
