// Millions of inputs through the parsers, migrate and validate: bytes (mutations of real files) and structures (known keys with
// wrong values). A crash, an error without a place, an unregistered code or an input that takes too long ends it with exit code 1
// and prints the input. Run: npm run fuzz [-- COUNT [SEED]]
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { decodeText } from '../../src/compose/text-encoding.ts'
import type { Diagnostic } from '../../src/config/diagnostic.ts'
import { readObjects } from '../../src/config/objects/read-objects.ts'
import { printYaml } from '../../src/config/print.ts'
import { RULES } from '../../src/config/rules/registry.ts'
import { parseYaml } from '../../src/config/source/parse.ts'
import { Source } from '../../src/config/source/source.ts'
import { validate } from '../../src/config/validate.ts'
import { MIGRATE_CODES } from '../../src/migrate/codes.ts'
import { migrateAsConfigmaptocrs } from '../../src/migrate/compat/migrate.ts'
import { type MigrateOptions, migrate } from '../../src/migrate/migrate.ts'
import { renderDiagnosticsText } from '../../src/terminal/diagnostics/text.ts'

const words = process.argv.slice(2)
if (words.length > 2 || words.some((word) => !/^\d+$/.test(word))) {
  console.error('Usage: npm run fuzz [-- COUNT [SEED]]')
  process.exit(2)
}
const COUNT = Number(process.argv[2] ?? 1_000_000)
const SEED = Number(process.argv[3] ?? Date.now() % 2 ** 31)
/** An input of a few kilobytes that takes longer is a hang in the making. */
const SLOW_MS = 2_000

/** mulberry32: small, seeded, good enough to choose mutations. */
function random(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}
const next = random(SEED)
const below = (n: number): number => Math.floor(next() * n)
const pick = <T>(items: readonly T[]): T => items[below(items.length)] as T

const root = fileURLToPath(new URL('../', import.meta.url))
const corpus = ['demo/legacy', 'test/fuzz/corpus'].flatMap((folder) =>
  readdirSync(`${root}${folder}`).map((name) => readFileSync(`${root}${folder}/${name}`)),
)

const TOKENS = [
  '\n',
  ': ',
  '- ',
  '  ',
  '\t',
  '"',
  "'",
  '|',
  '>',
  '&a ',
  '*a',
  '<<: *a',
  '{',
  '}',
  '[',
  ']',
  '#',
  '%YAML 1.2',
  '---\n',
  '...\n',
  '!!str ',
  '!!binary ',
  '\u0000',
  '\ufeff',
  '\u2028',
  '\ud83d',
  '{{ .Values.x }}',
  '${X}',
  '0x',
  '1e309',
  '.inf',
  '10.0.0.0/8',
  '::/0',
  '10.0.0.9-10.0.0.1',
  '65536:1',
  'large:1:2:3',
  '90s',
  '-1',
  '99999999999999999999',
  'null',
  '~',
  'kind: List\nitems:\n',
  'configInline: ',
  'config: |\n',
]

function mutated(): Uint8Array {
  let bytes = Buffer.from(pick(corpus))
  for (let edits = 1 + below(6); edits > 0; edits--) {
    const at = below(bytes.length + 1)
    const length = below(12)
    const rest = bytes.subarray(Math.min(bytes.length, at + (next() < 0.5 ? length : 0)))
    const insert =
      next() < 0.9 ? Buffer.from(pick(TOKENS)) : Buffer.from(Array.from({ length }, () => below(256)))
    bytes = Buffer.concat([bytes.subarray(0, at), insert, next() < 0.1 ? Buffer.from(pick(corpus)) : rest])
  }
  return bytes.subarray(0, 8192)
}

const KEYS = [
  'peers',
  'address-pools',
  'bgp-communities',
  'communities',
  'bfd-profiles',
  'peer-autodiscovery',
  'name',
  'protocol',
  'addresses',
  'cidr',
  'advertisements',
  'bgp-advertisements',
  'arp-network',
  'auto-assign',
  'avoid-buggy-ips',
  'my-asn',
  'peer-asn',
  'peer-address',
  'peer-port',
  'hold-time',
  'keepalive-time',
  'router-id',
  'password',
  'node-selectors',
  'match-labels',
  'match-expressions',
  'key',
  'operator',
  'values',
  'bfd-profile',
  'aggregation-length',
  'localpref',
  'apiVersion',
  'kind',
  'metadata',
  'namespace',
  'labels',
  'annotations',
  'spec',
  'data',
  'config',
  'items',
  'ipAddressPools',
  'ipAddressPoolSelectors',
  'nodeSelectors',
  'matchLabels',
  'matchExpressions',
  'peerAddress',
  'myASN',
  'peerASN',
  'holdTime',
  'communities',
  'aggregationLength',
  'localPref',
  'serviceAllocation',
  'serviceSelectors',
  'interfaces',
  'passwordSecret',
  'detectMultiplier',
  'echoMode',
  'status',
  'loadBalancer',
  'ingress',
  'ip',
  'type',
  'configInline',
  'valuesContent',
  '__proto__',
  'constructor',
]
const LEAVES = [
  null,
  true,
  false,
  0,
  -1,
  1,
  64512,
  65536,
  4294967296,
  1.5,
  '',
  'x',
  'bgp',
  'layer2',
  'arp',
  'ConfigMap',
  'List',
  'Service',
  'Node',
  'Secret',
  'IPAddressPool',
  'AddressPool',
  'BGPPeer',
  'BGPAdvertisement',
  'L2Advertisement',
  'BFDProfile',
  'Community',
  'metallb.io/v1beta1',
  'metallb.io/v1beta2',
  'metallb.io/v1alpha1',
  'v1',
  '10.0.0.0/24',
  '10.0.0.1-10.0.0.9',
  '10.0.0.0/0',
  '::1',
  'fc00::/64',
  '90s',
  '2s',
  '1h',
  '64512:1',
  'large:1:2:3',
  'In',
  'Exists',
  'a/b',
  'LoadBalancer',
  'address-pools: [{name: a, protocol: layer2, addresses: [10.0.0.0/24]}]',
]

function structured(depth: number): unknown {
  const roll = next()
  if (depth === 0 || roll < 0.3) return pick(LEAVES)
  if (roll < 0.5) return Array.from({ length: below(4) }, () => structured(depth - 1))
  return Object.fromEntries(Array.from({ length: below(7) }, () => [pick(KEYS), structured(depth - 1)]))
}

/** Real shapes with a few values replaced: these get past the first checks. */
const shapes = corpus
  .map((bytes) => parseYaml(new Source('seed', bytes.toString('utf8'))))
  .flatMap(({ documents }) => documents)
const nodesOf = (value: unknown): object[] =>
  typeof value === 'object' && value !== null ? [value, ...Object.values(value).flatMap(nodesOf)] : []

const { nodeToJson } = await import('../../src/config/source/to-json.ts')
function distorted(): unknown {
  const value = structuredClone(nodeToJson(pick(shapes))) as object
  for (let edits = 1 + below(3); edits > 0; edits--) {
    const holder = pick(nodesOf(value)) as Record<string, unknown>
    const keys = Object.keys(holder)
    const key = keys.length > 0 && next() < 0.8 ? pick(keys) : pick(KEYS)
    if (Array.isArray(holder)) holder.push(structured(2))
    else holder[key] = structured(2)
  }
  return value
}

function options(): MigrateOptions {
  return {
    assumeVersion: next() < 0.5 ? undefined : 1 + below(12),
    explicit: next() < 0.2,
    inlinePasswords: next() < 0.2,
    names: next() < 0.5 ? 'descriptive' : 'legacy',
    lenient: next() < 0.5,
    namespace: undefined,
    ignoreExcludeLabel: next() < 0.5,
    dropOldAnnotations: next() < 0.5,
    loadBalancerClass: undefined,
    sha256: (text) => createHash('sha256').update(text).digest(),
  }
}

function check(diagnostics: readonly Diagnostic[], placeless: (d: Diagnostic) => boolean): void {
  for (const d of diagnostics) {
    if (!RULES.has(d.code) && !Object.hasOwn(MIGRATE_CODES, d.code))
      throw new Error(`unregistered code ${d.code}`)
    if (d.at === undefined && !placeless(d)) throw new Error(`${d.code} without a place: ${d.message}`)
  }
  if (next() < 0.02) renderDiagnosticsText(diagnostics, { colorLevel: 0, width: 80 })
}

function run(text: string): 'accepted' | 'refused' {
  const { documents, diagnostics } = parseYaml(new Source('in', text))
  check(diagnostics, () => false)
  if (diagnostics.length > 0) return 'refused'
  const migration = migrate({ documents }, options())
  // What is about a Service has the Service's place, when it came from a file; all do here.
  check([...migration.diagnostics, ...(migration.proof?.diagnostics ?? [])], () => false)
  if (migration.diagnostics.some((d) => d.severity === 'error') && migration.planned.length > 0)
    throw new Error('an error, and a result all the same')
  check(migrateAsConfigmaptocrs(documents).diagnostics, () => false)
  const read = readObjects(documents)
  check([...read.diagnostics, ...validate(read.objects, {})], () => false)
  return migration.planned.length > 0 ? 'accepted' : 'refused'
}

console.log(`${COUNT} inputs, seed ${SEED}`)
const started = Date.now()
const counts = { bytes: 0, structures: 0, accepted: 0, refused: 0, 'not text': 0 }
for (let i = 0; i < COUNT; i++) {
  let text: string | undefined
  if (i % 2 === 0) {
    const decoded = decodeText(mutated())
    text = decoded.ok ? decoded.text : undefined
    counts.bytes++
  } else {
    text = printYaml(next() < 0.7 ? distorted() : structured(5))
    counts.structures++
  }
  const before = Date.now()
  try {
    if (text === undefined) counts['not text']++
    else counts[run(text)]++
    if (Date.now() - before > SLOW_MS) throw new Error(`this input took ${Date.now() - before} ms`)
  } catch (error) {
    console.error(`input ${i} of seed ${SEED}:\n${text}\n`)
    throw error
  }
  if (i > 0 && i % 100_000 === 0)
    console.log(
      `${i} in ${((Date.now() - started) / 1000).toFixed(0)} s, ${process.memoryUsage().rss >> 20} MB`,
    )
}
console.log(`done in ${((Date.now() - started) / 1000).toFixed(0)} s: ${JSON.stringify(counts)}`)
