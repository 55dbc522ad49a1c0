// Files and cluster → what the scan has to know: the ranges, which addresses Services have, and the nodes.
import type { Diagnostic } from '../config/diagnostic.ts'
import type { Pool, ReadObjects, ServiceObject } from '../config/objects/read-object.ts'
import { readObjects } from '../config/objects/read-objects.ts'
import { annotation } from '../config/rules/cluster/services.ts'
import { type AddressEntry, parseAddressEntry } from '../config/semantics/addresses.ts'
import { PoolSelector } from '../config/semantics/pool-selection.ts'
import { parseYaml } from '../config/source/parse.ts'
import { formatPosition, type Source } from '../config/source/source.ts'
import type { GivenNode } from '../diagnose/collect/question.ts'
import type { AddressUse, PoolDescription } from '../diagnose/pool/pool-facts.ts'
import { LbctlError } from '../errors/lbctl-error.ts'
import { formatIp, parseIp } from '../net/ip.ts'
import { placeOf } from '../terminal/diagnostics/place.ts'
import { readNodes } from './diagnose-nodes.ts'
import { readSources } from './files.ts'

export interface PoolInputRequest {
  readonly file?: readonly string[] | undefined
  readonly services?: readonly string[] | undefined
  readonly nodes?: string | undefined
  readonly 'from-cluster': boolean
  readonly kubeconfig?: string | undefined
  readonly context?: string | undefined
}

export interface PoolInput {
  /** undefined: nothing was given that could hold any */
  readonly objects: ReadObjects | undefined
  readonly uses: readonly AddressUse[] | undefined
  readonly nodes: readonly GivenNode[] | undefined
}

/** @throws LbctlError `input` for a text that cannot be read */
export async function readPoolInput(request: PoolInputRequest, signal: AbortSignal): Promise<PoolInput> {
  const paths = [...(request.file ?? []), ...(request.services ?? [])]
  const fromFiles = paths.length === 0 ? [] : documentsOf(await readText(paths, signal))
  const fromCluster = request['from-cluster'] ? await clusterDocuments(request, fromFiles, signal) : []
  const given = paths.length > 0 || request['from-cluster']
  const { objects } = readObjects([...fromFiles, ...fromCluster])
  const named = request.nodes === undefined ? [] : await readNodes(request.nodes)
  const nodes = [...named, ...objects.nodes.flatMap(nodeOf)]
  const knowsServices =
    request['from-cluster'] || (request.services ?? []).length > 0 || objects.services.length > 0
  return {
    objects: given ? objects : undefined,
    uses: knowsServices ? objects.services.flatMap(usesOf) : undefined,
    nodes: nodes.length === 0 ? undefined : nodes,
  }
}

async function readText(paths: readonly string[], signal: AbortSignal): Promise<readonly Source[]> {
  const { sources, diagnostics } = await readSources(paths, { signal })
  refuseBroken(diagnostics)
  return sources
}

async function clusterDocuments(
  request: PoolInputRequest,
  replacing: ReturnType<typeof parseYaml>['documents'],
  signal: AbortSignal,
) {
  const { clusterSources } = await import('./cluster-sources.ts')
  return documentsOf(await clusterSources(request, replacing, signal))
}

function documentsOf(sources: readonly Source[]) {
  const parsed = sources.map((source) => parseYaml(source))
  refuseBroken(parsed.flatMap(({ diagnostics }) => diagnostics))
  return parsed.flatMap(({ documents }) => documents)
}

/** Half a text would leave out Services, and their addresses would look free. */
function refuseBroken(diagnostics: readonly Diagnostic[]): void {
  const broken = diagnostics.find(({ severity }) => severity === 'error')
  if (broken === undefined) return
  const { at, message } = broken
  const place = at === undefined ? '' : `${formatPosition(placeOf(at).start)}: `
  throw new LbctlError('input', `${place}${message}`, {
    hints: ['`lbctl validate` shows everything that is wrong with the files.'],
  })
}

function nodeOf({ name, addresses }: ReadObjects['nodes'][number]): GivenNode[] {
  return name === ''
    ? []
    : [{ name, addresses: addresses.flatMap(({ address }) => parseIp(address) ?? []), macs: [] }]
}

function usesOf(service: ServiceObject): AddressUse[] {
  const key = annotation(service, 'allow-shared-ip')?.value ?? ''
  return service.ingress.flatMap((text) => {
    const address = parseIp(text)
    if (address === undefined) return []
    return {
      address: formatIp(address),
      service: `${service.namespace ?? 'default'}/${service.name}`,
      shareKey: key === '' ? undefined : key,
      ports: service.ports.map(({ protocol, port }) => `${protocol}/${port}`),
    }
  })
}

export interface NamedPool {
  readonly description: PoolDescription
  readonly entries: readonly AddressEntry[]
}

/** @throws LbctlError `usage` when there is no such pool, `input` when it holds no address */
export function findPool(name: string, objects: ReadObjects | undefined): NamedPool {
  if (objects === undefined)
    throw new LbctlError(
      'usage',
      `"${name}" is no range of addresses, and to find a pool of that name lbctl must know the pools.`,
      {
        hints: [
          'Name files with the IPAddressPool by -f, or use --from-cluster.',
          'A range is written 192.0.2.0/24 or 192.0.2.10-192.0.2.20.',
        ],
      },
    )
  const found = objects.pools.filter((pool) => pool.name === name)
  const [pool] = found
  if (pool === undefined) throw noSuchPool(name, objects.pools)
  const entries = (pool.spec.addresses ?? []).flatMap((text) => {
    const parsed = parseAddressEntry(text)
    return parsed.ok ? parsed.value : []
  })
  if (entries.length === 0)
    throw new LbctlError('input', `The pool "${name}" holds no address that can be read.`, {
      hints: ['`lbctl validate` says what is wrong with it.'],
    })
  return {
    entries,
    description: {
      name,
      avoidBuggyIps: pool.spec.avoidBuggyIPs === true,
      announcedBy: announcedBy(pool, objects),
    },
  }
}

function noSuchPool(name: string, pools: readonly Pool[]): LbctlError {
  const names = pools.map((pool) => pool.name)
  return new LbctlError('usage', `There is no IPAddressPool "${name}" in what was given.`, {
    hints: [
      names.length === 0 ? 'There is no IPAddressPool at all.' : `There is ${names.slice(0, 10).join(', ')}.`,
    ],
  })
}

function announcedBy(pool: Pool, objects: ReadObjects): PoolDescription['announcedBy'] {
  const selector = new PoolSelector(objects.pools)
  const selects = (each: Parameters<PoolSelector['select']>[0]) =>
    selector.select(each)?.pools.includes(pool) === true
  const layer2 = objects.l2Advertisements.some(selects)
  const bgp = objects.bgpAdvertisements.some(selects)
  if (layer2 && bgp) return 'layer 2 and BGP'
  return layer2 ? 'layer 2' : bgp ? 'BGP' : undefined
}
