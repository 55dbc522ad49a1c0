// The files of a running speaker change: how soon, what of half a file, what of one that is not valid.
import { appendFileSync, closeSync, openSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { lbctl } from '../support/cli.ts'
import { describeInterop } from '../support/namespaces.ts'
import { type LabNode, SpeakerLab } from '../support/speaker-lab/speaker-lab.ts'
import { node, service, yamlText } from '../support/speaker-lab/speaker-objects.ts'

describeInterop('the files of a running speaker', ['sysctl'], () => {
  let lab: SpeakerLab
  let node1: LabNode

  const configuration = `apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: {name: link, namespace: metallb-system}
spec:
  addresses: [192.0.2.100-192.0.2.199]
---
apiVersion: metallb.io/v1beta1
kind: L2Advertisement
metadata: {name: link, namespace: metallb-system}
`
  const web = (address: string) => yamlText([service('web', address)])

  beforeAll(async () => {
    lab = await SpeakerLab.create(['node1'])
    node1 = lab.node('node1')
    node1.writeText(configuration, 'config.yaml')
    node1.writeText(web('192.0.2.100'), 'web.yaml')
    await node1.spawn().started()
  })
  beforeEach(() => announced('192.0.2.100'))
  afterAll(() => lab?.destroy())

  const path = (file: string) => join(node1.directory, file)
  const addressOf = async () =>
    (await node1.running.status()).services.find((one) => one.service === 'shop/web')
  const announced = (address: string) =>
    node1.running.until(`${address} is announced`, async () => {
      const found = await addressOf()
      return found?.layer2.announces === true && found.addresses[0] === address ? true : undefined
    })
  const quiet = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

  /** By rename, in place, and by removing it: each way in which a file changes. */
  it('applies a change soon, however it is made', async () => {
    const took: Record<string, number> = {}
    const measure = async (way: string, change: () => void, address: string) => {
      const startMs = performance.now()
      change()
      await announced(address)
      took[way] = Math.round(performance.now() - startMs)
    }
    await measure('rename', () => node1.writeText(web('192.0.2.101'), 'web.yaml'), '192.0.2.101')
    await measure('in place', () => writeFileSync(path('web.yaml'), web('192.0.2.102')), '192.0.2.102')
    await measure(
      'moved',
      () => {
        node1.writeText(web('192.0.2.103'), 'other.yaml')
        rmSync(path('web.yaml'))
      },
      '192.0.2.103',
    )
    await measure(
      'moved back',
      () => {
        renameSync(path('other.yaml'), path('web.yaml'))
        writeFileSync(path('web.yaml'), web('192.0.2.100'))
      },
      '192.0.2.100',
    )
    console.info(`from the change to the status, ms: ${JSON.stringify(took)}`)
    for (const ms of Object.values(took)) expect(ms).toBeLessThan(2000)
  })

  it('never applies half a file', async () => {
    // The first half is a whole document: only that it is still open says that it is not all.
    const from = node1.running.lines.length
    const file = openSync(path('web.yaml'), 'w')
    writeSync(file, web('192.0.2.104'))
    await quiet(1000)
    writeSync(file, `---\n${yamlText([service('second', '192.0.2.105')])}`.slice(0, 40))
    await quiet(600)
    expect((await addressOf())?.addresses).toEqual(['192.0.2.100'])
    expect((await node1.running.status()).configuration.state).toBe('valid')
    closeSync(file)
    writeFileSync(
      path('web.yaml'),
      `${web('192.0.2.106')}---\n${yamlText([service('second', '192.0.2.105')])}`,
    )
    await announced('192.0.2.106')
    const told = node1.running.lines.slice(from).flatMap(({ ips }) => (ips as string[] | undefined) ?? [])
    expect(told).not.toContain('192.0.2.104')
    writeFileSync(path('web.yaml'), web('192.0.2.100'))
    await node1.running.statusThat('the second is gone', ({ services }) => services.length === 1)
  })

  it.each([
    [
      'a value',
      configuration.replace('192.0.2.100-192.0.2.199', '192.0.2.100-192.0.2.1990'),
      /IPAddressPool link.*spec\.addresses/,
      5,
    ],
    ['a text', `${configuration}spec: {ipAddressPools: [link`, /not valid YAML/, 10],
  ] as const)(
    'keeps the last good configuration when %s is wrong, says what and where, and recovers',
    async (_, text, error, line) => {
      const { running } = node1
      const from = running.lines.length
      expect(await node1.metrics()).toMatch(/^metallb_k8s_client_config_stale_bool(\{[^}]*\})? 0$/m)
      node1.writeText(text, 'config.yaml')
      const { configuration: told, services } = await running.statusThat(
        'it is refused',
        (status) => status.configuration.state === 'invalid',
      )
      expect(services[0]?.layer2.announces).toBe(true)
      const place = new RegExp(`config\\.yaml:${line}:\\d+$`)
      expect(told.problems[0]?.place).toMatch(place)
      const logged = await running.until('it is in the log', () =>
        running.logged(({ level }) => level === 'error', from),
      )
      expect(logged['error']).toMatch(error)
      expect(logged['place']).toMatch(place)
      expect(await node1.metrics()).toMatch(/^metallb_k8s_client_config_stale_bool(\{[^}]*\})? 1$/m)
      const typed = await lbctl(['speaker', 'status', '--state-dir', node1.stateDirectory])
      expect(typed.stdout).toContain('The newest configuration is not valid; the last valid one is in use.')
      expect(typed.stdout.replaceAll(/\s+/g, '')).toMatch(new RegExp(`config\\.yaml:${line}:`))
      node1.writeText(configuration, 'config.yaml')
      await running.statusThat('it is valid again', (status) => status.configuration.state === 'valid')
      expect(await node1.metrics()).toMatch(/^metallb_k8s_client_config_stale_bool(\{[^}]*\})? 0$/m)
      expect(running.logged(({ event }) => event === 'configLoaded', from)).toBeDefined()
    },
  )

  it('SIGHUP reads again, SIGUSR1 prints the status to stderr', async () => {
    const { running } = node1
    running.signal('SIGHUP')
    running.signal('SIGUSR1')
    await running.until(
      'the status is printed',
      () => /shop\/web +192\.0\.2\.100/.test(running.stderr) || undefined,
    )
    expect(running.stderr).toMatch(/^node1, lbctl \S+, up for/m)
    await announced('192.0.2.100')
    expect(running.exit).toBeUndefined()
  })

  it('announces nothing anew because of what changes nothing', async () => {
    const gratuitous = async () =>
      /^metallb_layer2_gratuitous_sent\{[^}]*192\.0\.2\.100[^}]*\} (\d+)/m.exec(await node1.metrics())?.[1]
    // The burst of the last change is over after five seconds.
    await quiet(6000)
    const before = await gratuitous()
    const from = node1.running.lines.length
    appendFileSync(path('web.yaml'), '# a remark\n')
    node1.write([node('node1', [node1.host.address4]), node('elsewhere', ['192.0.2.200'])], 'nodes.yaml')
    await node1.running.until('the new node is known', async () => {
      const [why] = await node1.running.why('web')
      return why?.nodes.some(({ node: name }) => name === 'elsewhere') || undefined
    })
    rmSync(path('nodes.yaml'))
    await quiet(500)
    expect(node1.running.logged(({ event }) => event === 'serviceWithdrawn', from)).toBeUndefined()
    expect(await gratuitous()).toBe(before)
    expect(Number(before)).toBeGreaterThan(0)
  })
})
