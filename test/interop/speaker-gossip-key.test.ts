// The key of the gossip: speakers that have it are members, one with another key stays out and nobody takes its word.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeInterop } from '../support/namespaces.ts'
import { SpeakerLab } from '../support/speaker-lab/speaker-lab.ts'
import { layer2Advertisement, pool, service } from '../support/speaker-lab/speaker-objects.ts'

describeInterop('the key of the gossip', ['sysctl'], () => {
  let lab: SpeakerLab
  const keys = { right: 'c29tZSBrZXkgb2YgdGhlIHNwZWFrZXJz', wrong: 'YW5vdGhlciBrZXkgYWx0b2dldGhlcg==' }

  /** As MetalLB mounts it: a directory with the file `secretkey`. */
  const keyAt = (name: keyof typeof keys) => ['--ml-secret-key-path', join(lab.folder, name)]

  beforeAll(async () => {
    lab = await SpeakerLab.create()
    for (const [name, key] of Object.entries(keys)) {
      mkdirSync(join(lab.folder, name))
      writeFileSync(join(lab.folder, name, 'secretkey'), key)
    }
    lab.write([
      ...lab.nodeObjects(),
      pool('link', '192.0.2.100-192.0.2.199'),
      layer2Advertisement('link'),
      service('web', '192.0.2.100'),
    ])
  })
  afterAll(() => lab?.destroy())

  const aliveAt = async (name: string) =>
    ((await lab.node(name).running.status()).members ?? [])
      .filter(({ state }) => state === 'alive')
      .map((one) => one.name)
      .sort()

  it('lets in who has it and nobody else, and is never told', async () => {
    await Promise.all(['node1', 'node2'].map((name) => lab.node(name).start(keyAt('right'))))
    await lab.node('node3').start(keyAt('wrong'))
    for (const name of ['node1', 'node2'])
      await lab.node(name).running.statusThat('both are members', ({ members }) => members?.length === 2)
    // Long enough for several probes and attempts to join.
    await new Promise((resolve) => setTimeout(resolve, 3000))
    expect(await aliveAt('node1')).toEqual(['node1', 'node2'])
    expect(await aliveAt('node2')).toEqual(['node1', 'node2'])
    expect(await aliveAt('node3')).toEqual(['node3'])
    // Who has no part in it is told so.
    const { running } = lab.node('node3')
    expect(
      running.logged(({ level, component }) => level !== 'debug' && component === 'Memberlist'),
    ).toBeDefined()
    await lab.node('node3').stop()
    await lab.node('node3').start(keyAt('right'))
    await lab.allMembers()
    for (const { running: each } of lab.nodes) expect(each.output).not.toMatch(/c29tZSBrZXkg|YW5vdGhlciBr/)
  })

  it('comes by MetalLB’s variables as well, with name, address and port', async () => {
    const port = 7950
    const env = (name: string, more: Readonly<Record<string, string>>) => ({
      ...{ METALLB_NODE_NAME: name, METALLB_ML_BIND_ADDR: lab.node(name).host.address4 },
      ...{ METALLB_ML_BIND_PORT: `${port}`, METALLB_ML_WAN_CONFIG: 'true', ...more },
    })
    const begin = (name: string, more: Readonly<Record<string, string>>) =>
      lab
        .node(name)
        .spawnWith(['-f', lab.node(name).directory, '--log-format', 'json'], { env: env(name, more) })
        .started()
    await Promise.all(lab.nodes.map((each) => each.stop()))
    await begin('node1', { METALLB_ML_SECRET_KEY: keys.right })
    await begin('node2', { METALLB_ML_SECRET_KEY_PATH: join(lab.folder, 'right') })
    await begin('node3', { METALLB_ML_SECRET_KEY: keys.wrong })
    for (const name of ['node1', 'node2'])
      await lab.node(name).running.statusThat('both are members', ({ members }) => members?.length === 2)
    const { members } = await lab.node('node1').running.status()
    expect((members ?? []).map((each) => each.address).sort()).toEqual(
      ['node1', 'node2'].map((name) => `${lab.node(name).host.address4}:${port}`),
    )
    expect(await aliveAt('node3')).toEqual(['node3'])
    for (const { running: each } of lab.nodes) expect(each.output).not.toMatch(/c29tZSBrZXkg|YW5vdGhlciBr/)
  })

  it('is an error at the start when it is not there', async () => {
    await lab.node('node3').stop()
    const speaker = lab
      .node('node3')
      .spawn([
        '--ml-bindaddr',
        lab.node('node3').host.address4,
        '--ml-secret-key-path',
        join(lab.folder, 'none'),
      ])
    expect((await speaker.exited).code).toBe(2)
    expect(speaker.stderr).toContain(join(lab.folder, 'none'))
  })
})
