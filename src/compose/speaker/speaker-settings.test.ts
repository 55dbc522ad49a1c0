import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { describe, expect, it } from 'vitest'
import { parseIp } from '../../net/ip.ts'
import { environmentNotes, METALLB_VARIABLES } from './metallb-environment.ts'
import { speakerSettings } from './speaker-settings.ts'
import type { SpeakerWords } from './speaker-words.ts'

const WORDS: SpeakerWords = {
  file: ['announce/'],
  'ignore-exclude-lb': false,
  'ml-bindport': 7946,
  'ml-wan-config': false,
  'log-level': 'info',
  'metrics-addr': '127.0.0.1:7472',
  'dry-run': false,
  output: 'text',
}
const settings = (words: Partial<SpeakerWords> = {}) => speakerSettings({ ...WORDS, ...words }, {})

describe('the words of speaker run', () => {
  it('have defaults for everything but the files', () => {
    expect(settings()).toMatchObject({
      paths: ['announce/'],
      nodeName: hostname(),
      garpIntervalMs: undefined,
      neighborRefreshMs: undefined,
      gossip: undefined,
      bgpListen: undefined,
      metrics: { host: '127.0.0.1', port: 7472 },
    })
    expect(settings({ file: [] })).toMatchObject({
      paths: [],
      cluster: { kubeconfig: undefined, force: false },
    })
    expect(() => settings({ kubeconfig: 'x' })).toThrow(/-f takes the facts from files, and --kubeconfig/)
    expect(() => settings({ file: ['-'] })).toThrow(/stdin cannot be watched/)
  })

  it('give addresses with and without a port', () => {
    expect(settings({ 'bgp-listen': '192.0.2.1' }).bgpListen).toEqual({
      address: parseIp('192.0.2.1'),
      port: 179,
    })
    expect(settings({ 'bgp-listen': '[2001:db8::1]:1790' }).bgpListen).toEqual({
      address: parseIp('2001:db8::1'),
      port: 1790,
    })
    expect(settings({ 'bgp-listen': '2001:db8::1' }).bgpListen?.port).toBe(179)
    expect(() => settings({ 'bgp-listen': 'router:179' })).toThrow(/--bgp-listen takes an IP address/)
    expect(() => settings({ 'bgp-listen': '192.0.2.1:0' })).toThrow(/--bgp-listen/)
  })

  it('know where metrics are served', () => {
    expect(settings({ 'metrics-addr': 'none' }).metrics).toBeUndefined()
    expect(settings({ 'metrics-addr': '[::1]:80' }).metrics).toEqual({ host: '::1', port: 80 })
    expect(settings({ 'metrics-addr': ':7472' }).metrics).toEqual({ host: '::', port: 7472 })
    expect(() => settings({ 'metrics-addr': '7472' })).toThrow(/--metrics-addr takes HOST:PORT/)
    expect(() => settings({ 'metrics-addr': 'x:99999' })).toThrow(/--metrics-addr/)
  })

  it('of gossip need an address to be reached at', () => {
    const gossip = settings({ 'ml-bindaddr': '192.0.2.1', 'ml-join': ['192.0.2.2', '192.0.2.3:1'] }).gossip
    expect(gossip?.join).toEqual([
      { address: parseIp('192.0.2.2'), port: 7946 },
      { address: parseIp('192.0.2.3'), port: 1 },
    ])
    expect(() => settings({ 'ml-join': ['192.0.2.2'] })).toThrow(/--ml-bindaddr is missing/)
    expect(() => settings({ 'ml-bindaddr': 'eth0' })).toThrow(/--ml-bindaddr takes an IP address/)
  })

  it('of times and releases are checked', () => {
    expect(settings({ 'garp-interval': '60s' }).garpIntervalMs).toBe(60_000)
    expect(() => settings({ 'garp-interval': '10ms' })).toThrow(/1s and more/)
    expect(settings({ 'neighbor-refresh': '30s' }).neighborRefreshMs).toBe(30_000)
    expect(() => settings({ 'neighbor-refresh': 'often' })).toThrow(/--neighbor-refresh takes a time/)
    expect(settings({ 'compat-version': 'v0.13.10' }).compatVersion).toBe('0.13.10')
    expect(() => settings({ 'compat-version': 'newest' })).toThrow(/--compat-version/)
  })
})

describe('the environment of MetalLB', () => {
  const env = {
    METALLB_NAMESPACE: 'lb',
    METALLB_NODE_NAME: 'iris1',
    METALLB_POD_NAME: 'speaker-x',
    METALLB_HOST: '192.0.2.9',
    METALLB_ML_BIND_ADDR: '192.0.2.1',
    METALLB_ML_BIND_PORT: '7000',
    METALLB_ML_SECRET_KEY_PATH: '/etc/ml',
  }

  it('counts under its own names, and flags count more', () => {
    expect(speakerSettings({ ...WORDS, file: undefined, 'ml-bindport': undefined }, env)).toMatchObject({
      nodeName: 'iris1',
      cluster: { namespace: 'lb', podName: 'speaker-x' },
      gossip: { bind: { address: parseIp('192.0.2.1'), port: 7000 }, secretKeyPath: '/etc/ml' },
    })
    expect(speakerSettings({ ...WORDS, 'node-name': 'iris2', namespace: 'other' }, env)).toMatchObject({
      nodeName: 'iris2',
      cluster: { namespace: 'other' },
      gossip: { bind: { port: 7946 } },
    })
  })

  it('holds the key itself and the slower timing, where it does', () => {
    const secret = new TextEncoder().encode('hush')
    const key = { ...env, METALLB_ML_SECRET_KEY: 'hush', METALLB_ML_WAN_CONFIG: 'true' }
    expect(speakerSettings(WORDS, key).gossip).toMatchObject({ secretKeyPath: '/etc/ml', secret, wan: true })
    expect(speakerSettings(WORDS, env).gossip).toMatchObject({ secret: undefined, wan: false })
    expect(() => speakerSettings(WORDS, { ...env, METALLB_ML_WAN_CONFIG: 'yes' })).toThrow(/true or false/)
  })

  it('every variable of the table counts, or something is said; the page has the same table', () => {
    for (const { name, counts, note } of METALLB_VARIABLES) {
      const said = environmentNotes({ [name]: 'frr' })
      expect(said.map((each) => each.name)).toEqual(note === undefined ? [] : [name])
      expect(counts === undefined ? note : 'counts', name).toBeDefined()
      expect(environmentNotes({ [name]: '' })).toEqual([])
    }
    const page = readFileSync(new URL('../../../docs/speaker.md', import.meta.url), 'utf8')
    const rows = [...page.matchAll(/^\| `(\w+)` \| (.+?) \| (.+?) \|$/gm)].map(([, name, counts, told]) => [
      name,
      counts !== '-',
      told !== '-',
    ])
    const table = METALLB_VARIABLES.map(({ name, counts, note }) => [
      name,
      counts !== undefined,
      note !== undefined,
    ])
    expect(rows.filter(([name]) => /^(METALLB|FRR)/.test(String(name)))).toEqual(table)
  })

  it('says which it does not know, and nothing about Services of a Pod’s namespace', () => {
    const said = environmentNotes({
      ...{ METALLB_NEW_THING: '1', FRR_LOGGING: 'debug', OTHER_METALLB_NODE_NAME: 'x' },
      METALLB_WEBHOOK_SERVICE_SERVICE_HOST: '10.0.0.1',
      METALLB_WEBHOOK_SERVICE_SERVICE_PORT: '443',
      METALLB_WEBHOOK_SERVICE_SERVICE_PORT_WEBHOOK_SERVER: '443',
      METALLB_WEBHOOK_SERVICE_PORT: 'tcp://10.0.0.1:443',
      METALLB_WEBHOOK_SERVICE_PORT_443_TCP: 'tcp://10.0.0.1:443',
      METALLB_WEBHOOK_SERVICE_PORT_443_TCP_ADDR: '10.0.0.1',
    })
    expect(said.map(({ name, level }) => [name, level])).toEqual([
      ['FRR_LOGGING', 'warn'],
      ['METALLB_NEW_THING', 'warn'],
    ])
  })

  it('a port that is none is refused, and a key without an address is of no use', () => {
    expect(() => speakerSettings(WORDS, { METALLB_ML_BIND_PORT: '70000' })).toThrow(/METALLB_ML_BIND_PORT/)
    expect(speakerSettings(WORDS, { METALLB_ML_SECRET_KEY_PATH: '/etc/ml' }).gossip).toBeUndefined()
  })
})
