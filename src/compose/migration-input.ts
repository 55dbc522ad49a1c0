// Everything that a migration is told: documents from files or the cluster, Services and Nodes from either.
import type { Diagnostic } from '../config/diagnostic.ts'
import type { Json } from '../config/kube-object.ts'
import type { MapNode, Node } from '../config/source/node.ts'
import { parseYaml } from '../config/source/parse.ts'
import type { Source } from '../config/source/source.ts'
import { LbctlError } from '../errors/lbctl-error.ts'
import { isOfOldEra } from '../migrate/convert/custom-resources.ts'
import { type NodeFact, nodeFact, type ServiceFact, serviceFact } from '../migrate/facts.ts'
import { nodeFacts, serviceFacts } from '../migrate/facts-from-nodes.ts'
import { hasError } from '../migrate/migrate.ts'
import type { ClusterReader, LiveObject } from '../migrate/ports.ts'
import { recognise } from '../migrate/recognise.ts'
import { readSources } from './files.ts'
import { liveSource } from './live-source.ts'
import { nothingIn } from './nothing-in.ts'

export interface MigrationInput {
  readonly documents: readonly Node[]
  /** today's custom resources in the cluster; undefined without one */
  readonly existing: readonly MapNode[] | undefined
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
  const live = reader === undefined ? undefined : await readCluster(reader, paths.files.length === 0)
  const main = live !== undefined && paths.files.length === 0 ? live : await parsedFiles(paths.files, signal)
  const services = await factFiles(paths.services, 'services', signal)
  const nodes = await factFiles(paths.nodes, 'nodes', signal)
  return {
    documents: main.documents,
    existing: live?.existing,
    services: services?.found === undefined ? live?.services : serviceFacts(services.found),
    nodes: nodes?.found === undefined ? live?.nodes : nodeFacts(nodes.found),
    diagnostics: [...main.diagnostics, ...(services?.diagnostics ?? []), ...(nodes?.diagnostics ?? [])],
  }
}

/** @throws LbctlError `input` when the files hold none of what they were named for: a proof about nothing proves nothing */
async function factFiles(
  paths: readonly string[],
  kind: 'services' | 'nodes',
  signal: AbortSignal,
): Promise<{ readonly found: readonly MapNode[]; readonly diagnostics: readonly Diagnostic[] } | undefined> {
  if (paths.length === 0) return undefined
  const { documents, diagnostics } = await parsedFiles(paths, signal)
  const found = recognise(documents)[kind]
  const noun = kind === 'services' ? 'Service' : 'Node'
  if (found.length === 0 && !hasError(diagnostics))
    throw new LbctlError('input', `There is no ${noun} in ${paths.join(', ')}.`, {
      hints: [
        `Write the file with: kubectl get ${kind} ${kind === 'services' ? '--all-namespaces ' : ''}-o yaml`,
      ],
    })
  return { found, diagnostics }
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
    diagnostics: [
      ...diagnostics,
      ...parsed.flatMap(({ documents, diagnostics: own }, index) => {
        const source = sources[index]
        return documents.length + own.length === 0 && source !== undefined ? [nothingIn(source)] : own
      }),
    ],
  }
}

interface Live extends Parsed {
  readonly existing: readonly MapNode[]
  readonly services: readonly ServiceFact[]
  readonly nodes: readonly NodeFact[]
}

/** ConfigMaps that look like ours and objects of the 0.13 era are documents to convert; today's objects stand beside the result. */
async function readCluster(reader: ClusterReader, withConfiguration: boolean): Promise<Live> {
  const [metallb, services, nodes] = await Promise.all([
    reader.metallbObjects(),
    reader.services(),
    reader.nodes(),
  ])
  const configMaps = withConfiguration ? (await reader.configMaps()).filter(mayHoldConfiguration) : []
  const old = withConfiguration
    ? metallb.objects.filter(({ apiVersion, kind }) => isOfOldEra(apiVersion, kind))
    : []
  const current = together(
    metallb.objects.filter(({ apiVersion, kind }) => !isOfOldEra(apiVersion, kind)).map(liveSource),
  )
  if (withConfiguration && configMaps.length + metallb.objects.length === 0)
    throw new LbctlError(
      'input',
      'The cluster holds neither a legacy configuration nor resources of MetalLB.',
      {
        facts: { context: reader.identity.context, server: reader.identity.server },
        hints: ['Choose another cluster with --context, or name the files that hold the configuration.'],
      },
    )
  return {
    ...together([...configMaps, ...old].map(liveSource)),
    existing: current.documents.filter((document) => document.kind === 'map'),
    services: services.map((service) => serviceFact(service as unknown as Json)),
    nodes: nodes.map((node) => nodeFact(node as unknown as Json)),
  }
}

const mayHoldConfiguration = (configMap: LiveObject): boolean => {
  const data = configMap['data']
  const texts = typeof data === 'object' && data !== null ? Object.values(data) : []
  return texts.some(
    (text) =>
      typeof text === 'string' && /address-pools|peer-autodiscovery|(^|\n)peers:|configinline/i.test(text),
  )
}
