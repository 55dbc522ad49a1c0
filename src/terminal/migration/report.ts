// The report of a migration, for stderr, for a file, for a merge request.
import { formatPosition } from '../../config/source/source.ts'
import { serviceId } from '../../migrate/facts.ts'
import type { Migration } from '../../migrate/migrate.ts'
import { reportEntries } from '../../migrate/report.ts'
import { mergePatch } from '../../migrate/services/patches.ts'
import { diagnosticToJson } from '../diagnostics/json.ts'
import { renderDiagnosticsText, type TextStyle } from '../diagnostics/text.ts'
import { safeText } from '../safe-text.ts'
import { arrow, ellipsis } from '../signs.ts'
import { createTheme } from '../theme.ts'

/** More keys than this are counted, not listed, unless all are asked for. */
const LISTED = 40

export function renderReportText(
  migration: Migration,
  style: TextStyle,
  options: { readonly all: boolean },
): string {
  const theme = createTheme(style.colorLevel)
  const { diagnostics, proof, patches } = migration
  const sections = [renderDiagnosticsText([...diagnostics, ...(proof?.diagnostics ?? [])], style)]
  if (migration.planned.length > 0) sections.push(...keySections(migration, options.all, style))
  if (patches.length > 0) {
    const lines = patches.flatMap((patch) =>
      patch.changes.map((change) => `  Service ${serviceId(patch)}: ${safeText(change)}\n`),
    )
    sections.push(
      `${theme.strong('Services to change')} (--patches FILE writes them, --apply makes them)\n${lines.join('')}`,
    )
  }
  sections.push(proofText(migration, theme.strong))
  return sections.filter((section) => section !== '').join('\n')
}

/** A list for each file, the lines of the file in front. */
function keySections(migration: Migration, all: boolean, style: TextStyle): string[] {
  const { strong } = createTheme(style.colorLevel)
  const { entries, more } = reportEntries(migration, all ? undefined : LISTED)
  const byFile = new Map<string, string[]>()
  for (const { key, at, became, reason } of entries) {
    const { file, line } = at.source.locate(at.start)
    const lines = byFile.get(file) ?? []
    byFile.set(file, lines)
    lines.push(
      `  ${String(line).padStart(4)}  ${safeText(key)} ${arrow(style)} ${safeText(became.length > 0 ? became.join(', ') : (reason ?? ''))}\n`,
    )
  }
  const sections = [...byFile].map(
    ([file, lines]) => `${strong(`What became of each key of ${safeText(file)}`)}\n${lines.join('')}`,
  )
  return more === 0
    ? sections
    : [...sections, `${ellipsis(style)} and ${more} more keys; --report FILE writes all of them.\n`]
}

function proofText({ proof }: Migration, strong: (text: string) => string): string {
  if (proof === undefined) return ''
  const failed = proof.diagnostics.length
  const verdict =
    proof.addresses === 0
      ? 'No Service has an address, so there was nothing to prove.'
      : failed > 0
        ? `${failed} of the checks above failed.`
        : `${count(proof.services, 'Service')} with ${count(proof.addresses, 'address', 'es')}: each stays in a pool and is announced by the same protocol${proof.notTested.length === 0 ? ', from every node that could announce it before' : ''}.`
  const open = proof.notTested.map((what) => `  Not tested: ${what}.\n`).join('')
  return `${strong('Addresses in use')}\n  ${verdict}\n${open}`
}

const count = (n: number, noun: string, plural = 's'): string => `${n} ${noun}${n === 1 ? '' : plural}`

export function renderReportJson(migration: Migration): string {
  const { diagnostics, proof, patches, planned, complete } = migration
  const report = {
    objects: planned.map(({ object: { apiVersion, kind, metadata } }) => ({ apiVersion, kind, ...metadata })),
    keys: reportEntries(migration).entries.map(({ key, at, became, reason = null }) => ({
      key,
      ...at.source.locate(at.start),
      became,
      reason,
    })),
    servicePatches: patches.map((patch) => ({
      namespace: patch.namespace,
      name: patch.name,
      changes: patch.changes,
      patch: mergePatch(patch),
    })),
    proof:
      proof === undefined
        ? null
        : {
            services: proof.services,
            addresses: proof.addresses,
            kept: proof.diagnostics.length === 0,
            findings: proof.diagnostics.map(diagnosticToJson),
            notTested: proof.notTested,
          },
    diagnostics: diagnostics.map(diagnosticToJson),
    complete,
  }
  return `${JSON.stringify(report, null, 2)}\n`
}

export function renderReportMarkdown(migration: Migration): string {
  const { diagnostics, proof, patches, planned } = migration
  const cell = (text: string) => safeText(text).replaceAll('|', '\\|')
  const findings = [...diagnostics, ...(proof?.diagnostics ?? [])]
  const sections = [
    '# Migration report\n',
    `## Objects\n\n${planned.map(({ object }) => `- ${object.kind} \`${object.metadata.namespace}/${object.metadata.name}\`\n`).join('') || 'None.\n'}`,
    findings.length === 0
      ? ''
      : `## Notes\n\n${findings.map((d) => `- **${d.severity} ${d.code}**${d.at === undefined ? '' : ` (${formatPosition(d.at.source.locate(d.at.start))})`}: ${safeText(d.message)}${d.hint === undefined ? '' : ` ${safeText(d.hint)}`}\n`).join('')}`,
    `## What became of each key\n\n| place | key | became |\n|---|---|---|\n${reportEntries(migration)
      .entries.map(
        ({ key, at, became, reason }) =>
          `| ${cell(formatPosition(at.source.locate(at.start)))} | \`${cell(key)}\` | ${cell(became.length > 0 ? became.join(', ') : (reason ?? ''))} |\n`,
      )
      .join('')}`,
    patches.length === 0
      ? ''
      : `## Services to change\n\n${patches.map((patch) => `- \`${serviceId(patch)}\`: ${patch.changes.map(safeText).join('; ')}\n`).join('')}`,
    proof === undefined ? '' : proofText(migration, (text) => `## ${text}\n`),
  ]
  return sections.filter((section) => section !== '').join('\n')
}
