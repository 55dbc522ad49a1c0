// Facts from files that are watched. What one file says is read once for each content of it, so that a changed Service among
// thousands costs the reading of its file; a text that cannot be read refuses the whole change.
import type { Diagnostic } from '../../config/diagnostic.ts'
import { mergeReads } from '../../config/objects/merge-reads.ts'
import type { ReadObjects } from '../../config/objects/read-object.ts'
import { type ReadResult, readObjects } from '../../config/objects/read-objects.ts'
import { documentRuns } from '../../config/source/document-runs.ts'
import { parseYaml } from '../../config/source/parse.ts'
import { sortDiagnostics } from '../../config/validate.ts'
import type { LbctlError } from '../../errors/lbctl-error.ts'
import type { JudgingNode } from '../../speaker/configuration/configuration.ts'
import { readConfiguration } from '../../speaker/configuration/read-configuration.ts'
import { changesBetween, type FactSet, factSet, replaceServices } from '../../speaker/facts/fact-set.ts'
import type { ConfigurationFact, FactChange, FactSource, NodeFact } from '../../speaker/facts/facts.ts'
import { nodeFact, serviceFact, sliceFact } from '../../speaker/facts/facts-from-objects.ts'
import { sameValue } from '../../speaker/facts/same-value.ts'
import type { FileRead, FilesRead, FileWatchOptions } from './files-read.ts'
import { FileWatch } from './watch-files.ts'

export interface FileFactsOptions {
  readonly paths: FileWatchOptions<unknown>['paths']
  readonly isBeingWritten: FileWatchOptions<unknown>['isBeingWritten']
  /** the files cannot be read now, and what they said before holds */
  readonly onTrouble: (error: LbctlError) => void
  /** this host as a Node, for files that do not describe it */
  readonly thisNode: NodeFact
  /** the configuration is judged by what is for this node alone */
  readonly judgesPerNode: boolean
}

/** What one content of one file says. */
interface Piece {
  /** of the text: what could not be read as YAML */
  readonly broken: readonly Diagnostic[]
  /** of what the configuration is made of; undefined when the file says nothing of it */
  readonly read: ReadResult | undefined
  readonly services: readonly ReturnType<typeof serviceFact>[]
  readonly slices: readonly NonNullable<ReturnType<typeof sliceFact>>[]
  readonly nodes: readonly NodeFact[]
}

/** Nobody assigns addresses to a Service in a file, and nobody watches its endpoints. */
const OUTSIDE_CLUSTER = { outsideCluster: true } as const

export class FileFacts implements FactSource {
  readonly #thisNode: NodeFact
  readonly #judgesPerNode: boolean
  readonly #watch: FileWatch<Piece>
  /** what was handed on last */
  #told: FactSet | undefined
  /** the last that was handed on is a refusal of texts that cannot be read */
  #refused = false
  #configuration:
    | {
        readonly from: readonly Piece[]
        readonly judge: JudgingNode | undefined
        readonly fact: ConfigurationFact
      }
    | undefined
  #onChanges: (changes: readonly FactChange[]) => void = () => undefined

  constructor({ paths, isBeingWritten, onTrouble, thisNode, judgesPerNode }: FileFactsOptions) {
    this.#thisNode = thisNode
    this.#judgesPerNode = judgesPerNode
    this.#watch = new FileWatch({
      ...{ paths, isBeingWritten, onTrouble, make: readPiece },
      onRead: (read) => this.#take(read),
    })
  }

  /** @throws LbctlError `input` when the files cannot be read at all */
  async start(onChanges: (changes: readonly FactChange[]) => void): Promise<void> {
    const read = await this.#watch.start()
    this.#onChanges = onChanges
    this.#take(read)
  }

  /** Reads all files anew; trouble is told as any other. */
  reread(): Promise<void> {
    return this.#watch.reread()
  }

  async stop(): Promise<void> {
    this.#onChanges = () => undefined
    this.#watch.close()
  }

  #take({ all, replaced }: FilesRead<Piece>): void {
    if (replaced !== undefined && this.#takeServices(replaced)) return
    const pieces = all()
    const broken = pieces.flatMap((piece) => piece.broken)
    if (broken.length > 0) {
      // What a text that cannot be read says of Services is not known, so the Services stay as they were.
      this.#refused = true
      this.#onChanges([
        { kind: 'configuration', configuration: { ok: false, error: sortDiagnostics(broken) } },
      ])
      return
    }
    const now = this.#factsOf(pieces)
    const changes = changesBetween(this.#told, now)
    // After a refusal it is news that the configuration is the same as before.
    if (this.#refused && !changes.some(({ kind }) => kind === 'configuration'))
      changes.unshift({ kind: 'configuration', configuration: now.configuration })
    this.#refused = false
    this.#told = now
    if (changes.length > 0) this.#onChanges(changes)
  }

  #factsOf(pieces: readonly Piece[]): FactSet {
    const nodes = pieces.flatMap((piece) => piece.nodes)
    const { labels } = nodes.findLast(({ name }) => name === this.#thisNode.name) ?? this.#thisNode
    const judge = this.#judgesPerNode ? { name: this.#thisNode.name, labels } : undefined
    return factSet({
      configuration: this.#configurationOf(pieces, judge),
      services: pieces.flatMap((piece) => piece.services),
      slices: pieces.flatMap((piece) => piece.slices),
      nodes: nodes.some(({ name }) => name === this.#thisNode.name) ? nodes : [...nodes, this.#thisNode],
    })
  }

  /** The usual change: other Services in files that hold nothing else. Costs no look at the other files. */
  #takeServices(replaced: readonly { readonly before: Piece; readonly after: Piece }[]): boolean {
    const told = this.#told
    if (told === undefined || this.#refused) return false
    if (!replaced.every(({ before, after }) => holdsServices(before) && holdsServices(after))) return false
    const changes = replaceServices(
      told,
      replaced.flatMap(({ before }) => before.services),
      replaced.flatMap(({ after }) => after.services),
    )
    if (changes === undefined) return false
    if (changes.length > 0) this.#onChanges(changes)
    return true
  }

  #configurationOf(pieces: readonly Piece[], judge: JudgingNode | undefined): ConfigurationFact {
    const from = pieces.filter(({ read }) => read !== undefined)
    const known = this.#configuration
    if (
      known !== undefined &&
      from.length === known.from.length &&
      from.every((piece, index) => piece === known.from[index]) &&
      sameValue(judge, known.judge)
    )
      return known.fact
    const fact = readConfiguration(mergeReads(from.flatMap(({ read }) => read ?? [])), judge)
    this.#configuration = { from, judge, fact }
    return fact
  }
}

const holdsServices = ({ broken, read, slices, nodes }: Piece): boolean =>
  broken.length === 0 && read === undefined && slices.length === 0 && nodes.length === 0

function readPiece({ sources, diagnostics }: FileRead): Piece {
  const runs = sources
    .flatMap((source) => documentRuns(source))
    .map((run) => {
      const { documents, diagnostics } = parseYaml(run)
      const read = readObjects(documents)
      const { services, endpointSlices, nodes } = read.objects
      return {
        broken: diagnostics,
        read: configuring(read),
        services: services.map((service) => serviceFact(service, OUTSIDE_CLUSTER)),
        slices: endpointSlices.flatMap((slice) => sliceFact(slice) ?? []),
        nodes: nodes.map(nodeFact),
      }
    })
  const reads = runs.flatMap(({ read }) => read ?? [])
  const broken = [...diagnostics, ...runs.flatMap(({ broken }) => broken)]
  return {
    broken: broken.filter(({ severity }) => severity === 'error'),
    read: reads.length === 0 ? undefined : mergeReads(reads),
    services: runs.flatMap(({ services }) => services),
    slices: runs.flatMap(({ slices }) => slices),
    nodes: runs.flatMap(({ nodes }) => nodes),
  }
}

/** Without the objects of which facts have been made: each holds the tree of its text, and there are thousands of them. */
function configuring({ objects, diagnostics }: ReadResult): ReadResult | undefined {
  const kept: ReadObjects = { ...objects, services: [], endpointSlices: [], statuses: [] }
  const nothing = diagnostics.length === 0 && Object.values(kept).every((list) => list.length === 0)
  return nothing ? undefined : { objects: kept, diagnostics }
}
