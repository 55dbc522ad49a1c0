// `lbctl fix` against the embedded API server: found, shown, changed, gone, taken back; and what is refused.
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { unwrapped } from '../support/cli.ts'
import { FixLab } from '../support/fix-lab.ts'

const TEST_MS = 120_000
const labs: FixLab[] = []
afterEach(async () => {
  await Promise.all(labs.splice(0).map((lab) => lab.remove()))
})

async function labOf(name: string): Promise<FixLab> {
  const made = await FixLab.of(name)
  labs.push(made)
  return made
}

const codesOf = (text: string): string[] =>
  JSON.parse(text).reports.flatMap(({ findings }: { findings: { code: string }[] }) =>
    findings.map(({ code }) => code),
  )

describe.each([
  ['F01', 'a pool that no advertisement selects', '+kind: L2Advertisement'],
  [
    'F03',
    'every node is excluded from load balancers',
    '-    node.kubernetes.io/exclude-from-external-load-balancers: ""',
  ],
  ['F05', 'ebgpMultiHop within one AS', '-  ebgpMultiHop: true'],
  ['F12', 'a pool with the address of a node in it', '-  - 192.0.2.13/32'],
  ['F18', 'IPVS without strictARP', '+      strictARP: true'],
  ['F28', 'Local endpoints on nodes that no advertisement selects', '+  externalTrafficPolicy: Cluster'],
])('fix %s: %s', (code, name, line) => {
  it(
    'is found, shown, changed, gone, and taken back to the byte',
    async () => {
      const lab = await labOf(name)
      const before = await lab.state()
      const diagnosed = await lab.run('diagnose', 'all', '-o', 'json')
      expect(codesOf(diagnosed.stdout)[0]).toBe(code)

      const shown = await lab.run('fix', code)
      expect([shown.code, shown.stderr]).toEqual([1, ''])
      expect(shown.stdout.split('\n')).toContain(line)
      expect(unwrapped(shown.stdout)).toContain(
        `Then: computed from the same facts, ${code} is gone, and nothing new is found.`,
      )
      // Copied as it stands, it goes to the same cluster.
      expect(shown.stdout).toContain(
        `Nothing was changed. To change it: lbctl fix ${code} --apply --kubeconfig ${lab.kubeconfig}\n`,
      )
      expect(await lab.state()).toBe(before)

      const applied = await lab.run('fix', code, '--apply', '--yes')
      expect([applied.code, applied.stderr]).toEqual([0, ''])
      expect(applied.stdout).toMatch(new RegExp(`${code} is gone\\.\\n$`))
      expect(await lab.state()).not.toBe(before)
      const after = await lab.run('diagnose', 'all', '-o', 'json')
      expect([after.code, codesOf(after.stdout)]).toEqual([0, []])

      const [, id = ''] = /lbctl fix --undo (\S+)/.exec(applied.stdout) ?? []
      expect(readdirSync(lab.records)).toEqual([`${id}.json`])
      expect(statSync(join(lab.records, `${id}.json`)).mode & 0o777).toBe(0o600)
      const undone = await lab.run('fix', '--undo', id)
      expect([undone.code, undone.stderr]).toEqual([0, ''])
      expect(undone.stdout).toMatch(/^Taken back:/)
      expect(await lab.state()).toBe(before)
      const again = await lab.run('fix', '--undo', id)
      expect([again.code, again.stdout]).toEqual([0, expect.stringMatching(/^Nothing to do/)])
    },
    TEST_MS,
  )
})

describe.each([
  ['F09', 'a pool that is not there', ['Service shop/new']],
  ['F10', 'a sharing key among the labels, and a port of its own', ['Service shop/new']],
  [
    'F09',
    'pools that are for other namespaces and for other labels',
    ['IPAddressPool metallb-system/lan', 'Service shop/new'],
  ],
])('fix %s: %s', (code, name, changed) => {
  it(
    'gets the Service its address from a running controller, and is taken back',
    async () => {
      const lab = await labOf(name)
      await lab.withController()
      const own = async () => {
        const { metadata, spec } = (await lab.get('/api/v1/namespaces/shop/services/new')) as {
          metadata: { labels: object; annotations: Record<string, string> }
          spec: object
        }
        const { 'metallb.io/ip-allocated-from-pool': _, ...annotations } = metadata.annotations ?? {}
        return { labels: metadata.labels, annotations, spec }
      }
      const before = await own()
      const applied = await lab.run('fix', code, 'shop/new', '--apply', '--yes', '-o', 'json')
      expect(applied.code).toBe(0)
      const { record, remaining, outcome } = JSON.parse(applied.stdout)
      expect([remaining, outcome.kind, outcome.done]).toEqual([[], 'done', changed])
      const { status } = (await lab.get('/api/v1/namespaces/shop/services/new')) as {
        status: { loadBalancer: { ingress: { ip: string }[] } }
      }
      expect(status.loadBalancer.ingress[0]?.ip).toMatch(/^192\.0\.2\.1\d\d$/)
      expect((await lab.run('fix', '--undo', record)).code).toBe(0)
      expect(await own()).toEqual(before)
    },
    TEST_MS,
  )
})

describe('what is refused', () => {
  it(
    'a change that the user may not make: nothing is written, and no record either',
    async () => {
      const lab = await labOf('Local endpoints on nodes that no advertisement selects')
      const before = await lab.state()
      lab.server.faults.answerNext({ kind: 'forbidden', times: 1, only: /^PATCH .*services\/web/ })
      const { code, stderr } = await lab.run('fix', 'F28', '--apply', '--yes')
      expect(code).toBe(3)
      expect(stderr).toMatch(/may not patch services in namespace shop/)
      expect(stderr).toContain('Nothing was changed.')
      expect(await lab.state()).toBe(before)
      expect(existsSync(lab.records)).toBe(false)
    },
    TEST_MS,
  )

  it.each([
    [
      'labels of Argo CD',
      { metadata: { labels: { 'argocd.argoproj.io/instance': 'shop' } } },
      '',
      'Argo CD (application shop)',
    ],
    ['fields that Flux has written', { metadata: { labels: { tier: 'a' } } }, 'kustomize-controller', 'Flux'],
  ])(
    'an object that would be changed back: %s',
    async (_, body, manager, keeper) => {
      const lab = await labOf('Local endpoints on nodes that no advertisement selects')
      const query = manager === '' ? '' : `?fieldManager=${manager}`
      await lab.patch(`/api/v1/namespaces/shop/services/web${query}`, body)
      const before = await lab.state()
      const { code, stderr } = await lab.run('fix', 'F28', '--apply', '--yes')
      expect([code, unwrapped(stderr)]).toEqual([
        1,
        expect.stringContaining(`Service shop/web is kept by ${keeper}.`),
      ])
      expect(stderr).not.toContain('Usage:')
      expect(unwrapped(stderr)).toContain('To change it here all the same: --force. Nothing was changed.')
      expect([await lab.state(), existsSync(lab.records)]).toEqual([before, false])
      // Who claims fields is no part of the facts, and is seen when it is written.
      if (manager === '')
        expect(unwrapped((await lab.run('fix', 'F28')).stdout)).toContain(
          `Kept: Service shop/web by ${keeper}.`,
        )
      expect((await lab.run('fix', 'F28', '--apply', '--yes', '--force')).code).toBe(0)
    },
    TEST_MS,
  )

  it(
    'a change that nobody said yes to',
    async () => {
      const lab = await labOf('a pool that no advertisement selects')
      const before = await lab.state()
      const { code, stderr } = await lab.run('fix', 'F01', '--apply')
      expect([code, stderr]).toEqual([2, expect.stringContaining('there is no terminal to ask on')])
      expect(await lab.state()).toBe(before)
    },
    TEST_MS,
  )

  it(
    'an undo of what somebody has changed since: it is left alone, and the rest is taken back',
    async () => {
      const lab = await labOf('every node is excluded from load balancers')
      const applied = await lab.run('fix', 'F03', '--apply', '--yes', '-o', 'json')
      expect(applied.code).toBe(0)
      const label = 'node.kubernetes.io/exclude-from-external-load-balancers'
      await lab.patch('/api/v1/nodes/node-b', { metadata: { labels: { [label]: 'by-somebody' } } })
      const undone = await lab.run('fix', '--undo', JSON.parse(applied.stdout).record)
      expect(undone.code).toBe(4)
      expect(undone.stdout).toMatch(
        /Taken back:\n {2}Node node-c\n {2}Node node-a\nLeft alone:\n {2}Node node-b: /,
      )
      const { items } = (await lab.get('/api/v1/nodes')) as {
        items: { metadata: { labels: Record<string, string> } }[]
      }
      expect(items.map(({ metadata }) => metadata.labels[label])).toEqual(['', 'by-somebody', ''])
    },
    TEST_MS,
  )
})

it(
  'an undo of a record of another cluster or another machine touches nothing, and is no mistake in the words of the command',
  async () => {
    const lab = await labOf('every node is excluded from load balancers')
    const applied = await lab.run('fix', 'F03', '--apply', '--yes', '-o', 'json')
    const { record } = JSON.parse(applied.stdout)
    const written = JSON.parse(readFileSync(join(lab.records, `${record}.json`), 'utf8'))
    const after = await lab.state()
    const sysctl = { type: 'sysctl', host: 'elsewhere', settings: [] }
    for (const [content, message] of [
      [{ ...written, cluster: { server: 'https://elsewhere', context: 'prod' } }, 'a fix in another cluster'],
      [{ ...written, entries: [sysctl] }, 'The record is of settings of elsewhere, and this is '],
    ] as const) {
      const file = join(lab.folder, 'other.json')
      writeFileSync(file, JSON.stringify(content))
      const { code, stdout, stderr } = await lab.run('fix', '--undo', file)
      expect([code, stdout, unwrapped(stderr)]).toEqual([2, '', expect.stringContaining(message)])
      expect(stderr).not.toContain('Usage:')
    }
    expect(await lab.state()).toBe(after)
  },
  TEST_MS,
)

it(
  'says that a finding is still there when the cluster does not follow',
  async () => {
    // Nobody makes Pods here.
    const lab = await labOf('speakers that Pod Security refuses')
    const { code, stdout, stderr } = await lab.run('fix', 'F04', '--apply', '--yes', '--timeout', '1s')
    expect([code, stderr]).toEqual([1, ''])
    expect(unwrapped(stdout)).toMatch(
      /Changed: Namespace metallb-system .* Still found: F04 DaemonSet metallb-system\/speaker/,
    )
  },
  TEST_MS,
)

it(
  'lists what is found, those with a fix first, and finds nothing in a healthy cluster',
  async () => {
    const lab = await labOf('pools that are full, and not assigned automatically')
    const listed = await lab.run('fix')
    expect([listed.code, listed.stderr]).toEqual([1, ''])
    expect(listed.stdout).toMatch(/^With a fix\n {2}F09 The Service shop\/new gets no address/)
    const elsewhere = await lab.run('fix', 'F01')
    expect([elsewhere.code, elsewhere.stdout]).toEqual([
      0,
      'F01 is not found: there is nothing to fix.\nNot looked at for it: probes. lbctl fix F01 NAMESPACE/NAME tries the address of a Service from this host.\n',
    ])
  },
  TEST_MS,
)
