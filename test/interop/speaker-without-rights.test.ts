// A speaker that cannot answer on its links leaves the addresses to those that can.
import { chmodSync, chownSync, mkdirSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeInterop } from '../support/namespaces.ts'
import { SpeakerLab } from '../support/speaker-lab/speaker-lab.ts'
import { layer2Advertisement, pool, service } from '../support/speaker-lab/speaker-objects.ts'
import { arpOwners } from '../support/speaker-lab/traffic.ts'

const NOBODY = 65534
const NOTHING = [
  ...['setpriv', '--reuid', String(NOBODY), '--regid', String(NOBODY), '--clear-groups'],
  ...['--inh-caps', '-all', '--ambient-caps', '-all'],
]
const ADDRESSES = Array.from({ length: 8 }, (_, i) => `192.0.2.${100 + i}`)

describeInterop('a speaker without rights among others', ['arping', 'setpriv', 'sysctl'], () => {
  let lab: SpeakerLab

  beforeAll(async () => {
    lab = await SpeakerLab.create(['node1', 'node2'])
    chmodSync(lab.folder, 0o755)
    const mute = lab.node('node2')
    mkdirSync(mute.stateDirectory)
    chownSync(mute.stateDirectory, NOBODY, NOBODY)
    lab.write([
      ...lab.nodeObjects(),
      pool('link', '192.0.2.100-192.0.2.199'),
      layer2Advertisement('link'),
      ...ADDRESSES.map((address, i) => service(`web${i}`, address)),
    ])
  })
  afterAll(() => lab?.destroy())

  it('is not elected, and does not say that it announces', async () => {
    const [able, mute] = [lab.node('node1'), lab.node('node2')]
    await able.start()
    const gossip = ['--ml-bindaddr', mute.host.address4]
    const speaker = await mute.spawn(gossip, { prefix: NOTHING }).started()
    const { services, members } = await speaker.statusThat(
      'it knows its Services',
      (status) => status.services.length === ADDRESSES.length,
    )
    expect(members).toBeNull()
    expect(services.filter(({ layer2 }) => layer2.announces)).toEqual([])
    for (const address of ADDRESSES)
      expect(await arpOwners(lab.net, lab.client, address)).toEqual([able.host.mac])
  })
})
