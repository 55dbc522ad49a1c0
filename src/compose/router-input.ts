// What `router config` and `router check` are asked about: the objects of a cluster and its nodes.
import type { Diagnostic } from '../config/diagnostic.ts'
import type { NodeObject, ReadObjects } from '../config/objects/read-object.ts'
import { readObjects } from '../config/objects/read-objects.ts'
import { parseYaml } from '../config/source/parse.ts'
import { Source } from '../config/source/source.ts'
import { sortDiagnostics, validate } from '../config/validate.ts'
import { LbctlError } from '../errors/lbctl-error.ts'
import { type Ip, parseIp } from '../net/ip.ts'
import type { RouterNode } from '../router/plan/plan-options.ts'
import { type ConfigurationRequest, readConfiguration } from './configuration-input.ts'
import { readNodes, readText } from './diagnose-nodes.ts'
import { nothingIn } from './nothing-in.ts'

export interface RouterInputRequest extends ConfigurationRequest {
  readonly nodes?: string | undefined
  readonly node?: readonly string[] | undefined
}

export type RouterInput =
  | { readonly kind: 'usable'; readonly objects: ReadObjects; readonly nodes: readonly RouterNode[] }
  /** MetalLB would refuse it, so no router can be made to fit */
  | { readonly kind: 'unusable'; readonly diagnostics: readonly Diagnostic[] }

/** Rules of pools, peers and BGP advertisements, which decide what the router gets. */
const DECISIVE = /^V[126]/

/** @throws LbctlError for what cannot be read at all, and for words that mean nothing */
export async function readRouterInput(
  request: RouterInputRequest,
  signal: AbortSignal,
): Promise<RouterInput> {
  const { sources, diagnostics: unreadable } = await readConfiguration(request, signal)
  const parsed = sources.map((source) => ({ source, ...parseYaml(source) }))
  const { objects, diagnostics: schema } = readObjects(parsed.flatMap(({ documents }) => documents))
  const text = parsed.flatMap(({ source, documents, diagnostics }) =>
    documents.length === 0 && diagnostics.length === 0 ? [nothingIn(source)] : diagnostics,
  )
  const rules = validate(objects).filter(({ code }) => DECISIVE.test(code))
  const errors = [...unreadable, ...text, ...schema, ...rules].filter(({ severity }) => severity === 'error')
  if (errors.length > 0) return { kind: 'unusable', diagnostics: sortDiagnostics(errors) }
  return { kind: 'usable', objects, nodes: await nodesOf(request, objects) }
}

async function nodesOf(request: RouterInputRequest, objects: ReadObjects): Promise<readonly RouterNode[]> {
  const nodes = new Map(objects.nodes.map((object) => [object.name, nodeOf(object)]))
  if (request.nodes !== undefined)
    for (const node of await nodesInFile(request.nodes)) nodes.set(node.name, node)
  for (const words of request.node ?? []) addNode(nodes, words)
  if (nodes.size > 0) return [...nodes.values()]
  throw new LbctlError('input', 'No node is known, so there is no neighbour for the router.', {
    hints: [
      'Give the Nodes: kubectl get nodes -o yaml > nodes.yaml, then --nodes nodes.yaml.',
      'Or name them: --node worker-1=192.0.2.11 --node worker-2=192.0.2.12.',
    ],
  })
}

/** Outside addresses count only where the cluster's own network has none of the family. */
function nodeOf({ name, labels, addresses }: NodeObject): RouterNode {
  const of = (type: string): Ip[] =>
    addresses.filter((one) => one.type === type).flatMap(({ address }) => parseIp(address) ?? [])
  const internal = of('InternalIP')
  const external = of('ExternalIP').filter(
    ({ family }) => !internal.some((address) => address.family === family),
  )
  return { name, labels, addresses: [...internal, ...external], routerInterface: undefined }
}

/** Objects with their labels, or lines of a name and addresses. */
async function nodesInFile(path: string): Promise<readonly RouterNode[]> {
  const text = readText(path)
  if (/^\s*\{/.test(text) || /^\s*-?\s*kind:/m.test(text)) {
    const { documents } = parseYaml(new Source(path, text))
    const { objects } = readObjects(documents)
    if (objects.nodes.length > 0) return objects.nodes.map(nodeOf)
  }
  return (await readNodes(path)).map(({ name, addresses }) => namedNode(name, addresses))
}

/** The kubelet gives every node this label. */
const namedNode = (name: string, addresses: readonly Ip[], routerInterface?: string): RouterNode => ({
  name,
  labels: { 'kubernetes.io/hostname': name },
  addresses,
  routerInterface,
})

/** RFC 1123, as the API server has it. */
const NODE_NAME = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/
/** Linux and the routers that are Linux allow 15 bytes; others have slashes and dots in the names of their interfaces. */
const INTERFACE_NAME = /^[A-Za-z][A-Za-z0-9/._:-]{0,31}$/

/** `worker-1=192.0.2.11`, `worker-1=swp1`; several for one node add up, and come before what was known of it. */
function addNode(nodes: Map<string, RouterNode>, words: string): void {
  const [, name = '', value = ''] = /^([^=]+)=(.+)$/.exec(words) ?? []
  const address = parseIp(value)
  if (!NODE_NAME.test(name) || (address === undefined && !INTERFACE_NAME.test(value)))
    throw new LbctlError('usage', `--node takes NAME=ADDRESS or NAME=INTERFACE, not "${words}".`)
  const known = nodes.get(name) ?? namedNode(name, [])
  nodes.set(name, {
    ...known,
    ...(address === undefined ? { routerInterface: value } : { addresses: [address, ...known.addresses] }),
  })
}
