// The nodes of the cluster: Node objects as kubectl prints them, lines of a name and addresses, or the cluster itself.
import { readFileSync } from 'node:fs'
import type { GivenNode } from '../diagnose/collect/question.ts'
import { LbctlError } from '../errors/lbctl-error.ts'
import { parseIp } from '../net/ip.ts'
import { parseMac } from '../net/mac.ts'
import type { ClusterFlags } from './cluster.ts'
import { unreadable } from './unreadable.ts'

/** @throws LbctlError */
export async function readNodes(path: string): Promise<GivenNode[]> {
  const text = readText(path)
  const isObjects = /^\s*\{/.test(text) || /^\s*kind:/m.test(text)
  const nodes = isObjects ? await fromObjects(path, text) : fromLines(path, text)
  if (nodes.length > 0) return nodes
  throw new LbctlError('input', `There is no node in ${path}.`, {
    hints: ['Write it with: kubectl get nodes -o json > nodes.json'],
  })
}

/** @throws LbctlError when the cluster cannot be asked */
export async function clusterNodes(flags: ClusterFlags, signal: AbortSignal): Promise<GivenNode[]> {
  const { connectCluster } = await import('./cluster.ts')
  const cluster = await connectCluster(flags, signal)
  try {
    const nodes = await cluster.reader.nodes()
    return nodes.flatMap(nodeOf)
  } finally {
    cluster.close()
  }
}

/** @throws LbctlError */
export function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw unreadable(path, path, error)
  }
}

/** `worker-1 192.0.2.11 52:54:00:00:00:01`, any number of addresses of both kinds; `#` begins a comment. */
function fromLines(path: string, text: string): GivenNode[] {
  return text.split(/\r?\n/).flatMap((line, index) => {
    const [name, ...rest] = line
      .replace(/#.*/, '')
      .trim()
      .split(/[\s,]+/)
    if (name === undefined || name === '') return []
    const addresses = rest.flatMap((word) => parseIp(word) ?? [])
    const macs = rest.flatMap((word) => parseMac(word) ?? [])
    if (rest.length > 0 && addresses.length + macs.length === rest.length) return { name, addresses, macs }
    throw new LbctlError('input', `Line ${index + 1} of ${path} is not a node name and its addresses.`, {
      hints: ['A line is, for example: worker-1 192.0.2.11 52:54:00:00:00:01'],
    })
  })
}

async function fromObjects(path: string, text: string): Promise<GivenNode[]> {
  const [{ parseYaml }, { Source }, { nodeToJson }] = await Promise.all([
    import('../config/source/parse.ts'),
    import('../config/source/source.ts'),
    import('../config/source/to-json.ts'),
  ])
  const { documents, diagnostics } = parseYaml(new Source(path, text))
  const [problem] = diagnostics
  if (problem !== undefined)
    throw new LbctlError('input', `${path} is neither JSON nor YAML: ${problem.message}`, { facts: { path } })
  return documents
    .map((document) => nodeToJson(document) as unknown)
    .flatMap((value) => (member(value, 'kind') === 'Node' ? [value] : listOf(member(value, 'items'))))
    .flatMap(nodeOf)
}

const member = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

function nodeOf(value: unknown): GivenNode[] {
  const name = member(member(value, 'metadata'), 'name')
  const kind = member(value, 'kind')
  // Items of a NodeList from the API itself carry no kind.
  if (typeof name !== 'string' || (kind !== 'Node' && kind !== undefined)) return []
  const addresses = listOf(member(member(value, 'status'), 'addresses')).flatMap((entry) => {
    const address = member(entry, 'address')
    return typeof address === 'string' ? (parseIp(address) ?? []) : []
  })
  return [{ name, addresses, macs: [] }]
}
