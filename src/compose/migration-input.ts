// Everything that a migration is told: documents from files or the cluster, Services and Nodes from either.
import type { Diagnostic } from '../config/diagnostic.ts'
import type { Json } from '../config/kube-object.ts'
import type { MapNode, Node } from '../config/source/node.ts'
import { parseYaml } from '../config/source/parse.ts'
import type { Source } from '../config/source/source.ts'
import { type NodeFact, nodeFact, type ServiceFact, serviceFact } from '../migrate/facts.ts'
import { nodeFacts, serviceFacts } from '../migrate/facts-from-nodes.ts'
import type { ClusterReader, LiveObject } from '../migrate/ports.ts'
import { recognise } from '../migrate/recognise.ts'
import { readSources } from './files.ts'
import { liveSource } from './live-source.ts'

export interface MigrationInput {
  readonly documents: readonly Node[]
  readonly services: readonly ServiceFact[] | undefined
  readonly nodes: readonly NodeFact[] | undefined
  readonly diagnostics: readonly Diagnostic[]
}

export interface InputPaths {
  readonly files: readonly string[]
  readonly services: readonly string[]
  readonly nodes: readonly string[]
}

/** Reads what was named; with a cluster, Services and Nodes come from it, and the configuration too unless files were named. */
export async function readMigrationInput(
  paths: InputPaths,
  reader: ClusterReader | undefined,
  signal: AbortSignal,
): Promise<MigrationInput> {
  const fromCluster = reader !== undefined && paths.files.length === 0
  const main = fromCluster ? await clusterDocuments(reader) : await parsedFiles(paths.files, signal)
  const services = paths.services.length > 0 ? await parsedFiles(paths.services, signal) : undefined
  const nodes = paths.nodes.length > 0 ? await parsedFiles(paths.nodes, signal) : undefined
  const live = reader === undefined ? undefined : await Promise.all([reader.services(), reader.nodes()])
  const listed = (of: Parsed | undefined, kind: 'services' | 'nodes'): readonly MapNode[] | undefined =>
    of && recognise(of.documents)[kind]
  const fileServices = listed(services, 'services')
  const fileNodes = listed(nodes, 'nodes')
  return {
    documents: main.documents,
    services:
      fileServices === undefined
        ? live?.[0].map((service) => serviceFact(service as unknown as Json))
        : serviceFacts(fileServices),
    nodes:
      fileNodes === undefined
        ? live?.[1].map((node) => nodeFact(node as unknown as Json))
        : nodeFacts(fileNodes),
    diagnostics: [...main.diagnostics, ...(services?.diagnostics ?? []), ...(nodes?.diagnostics ?? [])],
  }
}

interface Parsed {
  readonly documents: readonly Node[]
  readonly diagnostics: readonly Diagnostic[]
}

async function parsedFiles(paths: readonly string[], signal: AbortSignal): Promise<Parsed> {
  const { sources, diagnostics } = await readSources(paths, { signal })
  return together(sources, diagnostics)
}

function together(sources: readonly Source[], diagnostics: readonly Diagnostic[] = []): Parsed {
  const parsed = sources.map((source) => parseYaml(source))
  return {
    documents: parsed.flatMap((result) => result.documents),
    diagnostics: [...diagnostics, ...parsed.flatMap((result) => result.diagnostics)],
  }
}

/** ConfigMaps that look like ours, and MetalLB's own objects. Positions are those of the object as YAML. */
async function clusterDocuments(reader: ClusterReader): Promise<Parsed> {
  const [configMaps, metallb] = await Promise.all([reader.configMaps(), reader.metallbObjects()])
  const relevant = configMaps.filter((configMap) => mayHoldConfiguration(configMap))
  return together([...relevant, ...metallb.objects].map(liveSource))
}

const mayHoldConfiguration = (configMap: LiveObject): boolean => {
  const data = configMap['data']
  const texts = typeof data === 'object' && data !== null ? Object.values(data) : []
  return texts.some(
    (text) =>
      typeof text === 'string' && /address-pools|peer-autodiscovery|(^|\n)peers:|configinline/i.test(text),
  )
}
