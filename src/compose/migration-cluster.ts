// The part of `lbctl migrate` that talks to a cluster: --from-cluster, --diff, --apply, --undo-from.
import { readFileSync } from 'node:fs'
import { EXIT, type ExitCode } from '../errors/exit-codes.ts'
import { applyPlan } from '../migrate/apply/apply-plan.ts'
import { diffText } from '../migrate/apply/diff-text.ts'
import { exitCodeOf, type Outcome } from '../migrate/apply/outcome.ts'
import { refOf } from '../migrate/apply/plan.ts'
import { undo } from '../migrate/apply/undo.ts'
import { parseUndo } from '../migrate/apply/undo-document.ts'
import { hasError, type Migration } from '../migrate/migrate.ts'
import type { ClusterReader, ClusterWriter } from '../migrate/ports.ts'
import { renderOutcome } from '../terminal/migration/outcome.ts'
import { connectCluster, undoFile } from './cluster.ts'
import type { MigrationRequest, Terminal } from './migration-request.ts'
import { unreadable } from './unreadable.ts'

interface Steps {
  readonly migrate: (reader: ClusterReader | undefined) => Promise<Migration>
  /** reports and prints */
  readonly finish: (result: Migration) => ExitCode
}

export async function withCluster(
  request: MigrationRequest,
  terminal: Terminal,
  steps: Steps,
): Promise<ExitCode> {
  // The signal ends reads and dry runs. Writes are not cut: the apply stops between two objects and says what remains.
  const cluster = await connectCluster(request, terminal.signal)
  try {
    if (request['undo-from'] !== undefined)
      return await goBack(request['undo-from'], request, cluster.writer, terminal)
    const result = await steps.migrate(request['from-cluster'] ? cluster.reader : undefined)
    const code = steps.finish(result)
    if (hasError(result.diagnostics)) return code
    if (request.diff) return await showDiff(result, cluster.writer, terminal, code)
    return request.apply ? await apply(result, cluster.writer, request, terminal, code) : code
  } finally {
    cluster.close()
  }
}

/** Differences are what was asked for, so they are the result: stdout, and no exit code of their own. */
async function showDiff(
  { planned, patches }: Migration,
  writer: ClusterWriter,
  { out, say }: Terminal,
  code: ExitCode,
): Promise<ExitCode> {
  let changed = 0
  for (const { object } of planned) {
    const text = diffText(await writer.get(refOf(object)), object)
    if (text !== '') changed++
    out(text)
  }
  for (const patch of patches) out(`Service ${patch.namespace}/${patch.name}: ${patch.changes.join('; ')}`)
  say(
    `${changed} of ${planned.length} objects differ from the cluster; ${patches.length} Services would be changed.`,
  )
  return code
}

async function apply(
  { planned, patches }: Migration,
  writer: ClusterWriter,
  request: MigrationRequest,
  terminal: Terminal,
  code: ExitCode,
): Promise<ExitCode> {
  if (code === EXIT.findings && !request.force) {
    terminal.say(
      'Nothing was applied, because the proof of addresses failed. With --force it is applied all the same.',
    )
    return code
  }
  const path = request.undo ?? `lbctl-undo-${new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '')}.json`
  const outcome = await applyPlan(
    writer,
    { objects: planned.map(({ object }) => object), services: patches },
    { undo: undoFile(path), signal: terminal.signal },
  )
  return ended(outcome, terminal, code)
}

async function goBack(
  path: string,
  request: MigrationRequest,
  writer: ClusterWriter,
  terminal: Terminal,
): Promise<ExitCode> {
  const document = parseUndo(readText(path), path)
  return ended(
    await undo(writer, document, { signal: terminal.signal, skipChanged: request['skip-changed'] }),
    terminal,
    EXIT.ok,
  )
}

function ended(outcome: Outcome, { say }: Terminal, before: ExitCode): ExitCode {
  say(renderOutcome(outcome))
  const code = exitCodeOf(outcome)
  return code === EXIT.ok ? before : code
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw unreadable(`The undo file ${path}`, path, error)
  }
}
