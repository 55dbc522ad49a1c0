// `lbctl migrate` put together: input, migration, and where its results go.
import { createHash } from 'node:crypto'
import { extname, join } from 'node:path'
import { EXIT, type ExitCode } from '../errors/exit-codes.ts'
import { LbctlError } from '../errors/lbctl-error.ts'
import { printAsConfigmaptocrs } from '../migrate/compat/configmaptocrs.ts'
import { migrateAsConfigmaptocrs } from '../migrate/compat/migrate.ts'
import { parseLegacyVersion } from '../migrate/dialect.ts'
import { hasError, type Migration, migrate } from '../migrate/migrate.ts'
import { renderDiagnosticsText } from '../terminal/diagnostics/text.ts'
import {
  objectFiles,
  renderObjectsJson,
  renderObjectsYaml,
  renderPatches,
} from '../terminal/migration/objects.ts'
import { renderReportJson, renderReportMarkdown, renderReportText } from '../terminal/migration/report.ts'
import { type MigrationInput, readMigrationInput } from './migration-input.ts'
import type { MigrationRequest, Terminal } from './migration-request.ts'
import { type OutputFile, refuseOtherManifests, writeFiles } from './write-files.ts'

/** Flags that would be ignored are refused: nobody should believe that they took effect. */
function refuseContradictions(request: MigrationRequest): void {
  if (request['undo-from'] !== undefined && request.files.length > 0)
    throw new LbctlError(
      'usage',
      '--undo-from takes no other files: it goes back to what its own file holds.',
    )
  if (request.namespace !== undefined && !/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(request.namespace))
    throw new LbctlError('usage', `"${request.namespace}" cannot be the name of a namespace.`)
  if (request.compat !== undefined && request.output === 'json')
    throw new LbctlError(
      'usage',
      "--compat prints what MetalLB's own converter prints, which is YAML, not JSON.",
    )
}

export async function runMigration(request: MigrationRequest, terminal: Terminal): Promise<ExitCode> {
  refuseContradictions(request)
  const needsCluster =
    request['from-cluster'] || request.diff || request.apply || request['undo-from'] !== undefined
  if (!needsCluster) return finish(await migration(request, undefined, terminal), request, terminal)
  const { withCluster } = await import('./migration-cluster.ts')
  return withCluster(request, terminal, {
    migrate: (reader) => migration(request, reader, terminal),
    finish: (result) => finish(result, request, terminal),
  })
}

async function migration(
  request: MigrationRequest,
  reader: Parameters<typeof readMigrationInput>[1],
  terminal: Terminal,
): Promise<Migration> {
  const assumeVersion = assumedVersion(request['assume-version'])
  const paths = { files: request.files, services: request.services ?? [], nodes: request.nodes ?? [] }
  const input = await readMigrationInput(paths, reader, terminal.signal)
  if (hasError(input.diagnostics)) return refused(input)
  const result =
    request.compat === undefined
      ? migrate(
          {
            documents: input.documents,
            ...(input.services && { services: input.services }),
            ...(input.nodes && { nodes: input.nodes }),
            ...(input.existing && { existing: input.existing }),
          },
          {
            assumeVersion,
            explicit: request.explicit,
            inlinePasswords: request['inline-passwords'],
            names: request.names,
            lenient: request.lenient,
            namespace: request.namespace,
            ignoreExcludeLabel: request['ignore-exclude-lb'],
            dropOldAnnotations: request['drop-old-annotations'],
            loadBalancerClass: request['lb-class'],
            sha256: (text) => createHash('sha256').update(text).digest(),
          },
        )
      : migrateAsConfigmaptocrs(input.documents)
  return { ...result, diagnostics: [...input.diagnostics, ...result.diagnostics] }
}

const refused = ({ diagnostics }: MigrationInput): Migration => ({
  planned: [],
  patches: [],
  proof: undefined,
  diagnostics,
  sources: [],
  complete: true,
})

function assumedVersion(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const minor = parseLegacyVersion(text)
  if (minor !== undefined) return minor
  throw new LbctlError('usage', `--assume-version takes a MetalLB release from 0.1 to 0.12, not "${text}".`, {
    hints: ['The ConfigMap went with v0.13; later releases have custom resources already.'],
  })
}

/** Prints and writes the result and its report. */
function finish(result: Migration, request: MigrationRequest, terminal: Terminal): ExitCode {
  if (hasError(result.diagnostics)) {
    // What else is to be known about the result does not matter while there is none.
    const shown = result.diagnostics.filter((d) => d.severity !== 'info' || terminal.verbose)
    terminal.say(renderDiagnosticsText(shown, terminal.style))
    terminal.say('Nothing was produced, because of the errors above.')
    return EXIT.usage
  }
  const nothing = request.compat === undefined && result.planned.length === 0 && result.patches.length === 0
  if (nothing) terminal.say('There is nothing to migrate: all that was found is of today already.')
  const files = directoryFiles(result, request)
  if (!nothing || request.report !== undefined) report(result, request, terminal)
  writeResult(result, files, request, terminal)
  if (request.patches !== undefined)
    writeFiles([{ path: request.patches, text: renderPatches(result.patches) }])
  if (result.proof !== undefined && result.proof.diagnostics.length > 0) return EXIT.findings
  return result.complete ? EXIT.ok : EXIT.partial
}

function report(
  result: Migration,
  { report: path }: MigrationRequest,
  { say, style, verbose }: Terminal,
): void {
  if (path === undefined) {
    say(renderReportText(result, style, { all: verbose }))
    return
  }
  const render = { '.json': renderReportJson, '.md': renderReportMarkdown }[extname(path).toLowerCase()]
  writeFiles([
    {
      path,
      text: render?.(result) ?? renderReportText(result, { colorLevel: 0, width: 100 }, { all: true }),
    },
  ])
  say(
    renderDiagnosticsText(
      [...result.diagnostics, ...(result.proof?.diagnostics ?? [])].filter((d) => d.severity !== 'info'),
      style,
    ),
  )
}

/** For --out-dir; refused before anything is written, the report and the patches included. */
function directoryFiles({ planned }: Migration, request: MigrationRequest): OutputFile[] {
  const { 'out-dir': directory, output, report: reportPath, patches } = request
  if (directory === undefined) return []
  const files = objectFiles(planned, output).map(({ name, ...file }) => ({
    path: join(directory, name),
    ...file,
  }))
  const beside = [reportPath, patches].filter((path) => path !== undefined)
  refuseOtherManifests(directory, [...files.map(({ path }) => path), ...beside])
  return files
}

function writeResult(
  { planned }: Migration,
  files: readonly OutputFile[],
  request: MigrationRequest,
  { out, say }: Terminal,
): void {
  const { output, compat, 'out-dir': directory } = request
  if (directory !== undefined) {
    writeFiles(files)
    say(`${files.length} files were written to ${directory}.`)
  } else if (compat !== undefined) out(printAsConfigmaptocrs(planned))
  else if (!request.diff && !request.apply)
    out(output === 'json' ? renderObjectsJson(planned) : renderObjectsYaml(planned))
}
