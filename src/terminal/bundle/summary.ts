// What was bundled, for the one who has to send it: where it is, what it says, what is not in it.
import type { BundleManifest } from '../../diagnose/bundle/manifest.ts'
import type { ClusterVerdict } from '../../diagnose/cluster/judge-cluster.ts'
import { type ReportStyle, ReportView } from '../diagnose/report-view.ts'
import { tableLines } from '../table.ts'

export interface WrittenBundle {
  readonly path: string
  /** of the archive */
  readonly bytes: number
  readonly manifest: BundleManifest
  readonly verdict: ClusterVerdict
}

export function renderBundleSummary(
  { path, bytes, manifest, verdict }: WrittenBundle,
  style: Pick<ReportStyle, 'colorLevel' | 'width'>,
): string {
  const view = new ReportView({ ...style, verbose: false })
  const { files, hidden, missing, pseudonymised } = manifest
  const unread = missing.filter(({ wanted }) => wanted)
  const worst = verdict.findings[0]
  const answer = worst === undefined ? verdict.summary : `${worst.code}: ${worst.title}`
  const lines = [
    ...view.paragraph('', `Wrote ${path} (${sizeText(bytes)}).`, ''),
    '',
    ...tableLines(
      files.map(({ path: name, holds, bytes: size }) => [name, sizeText(size), holds]),
      style.width,
    ).map((line) => `  ${line}`),
    '',
    ...view.paragraph('', `The diagnosis says: ${answer}`, ''),
    ...view.paragraph('', `${hiddenText(hidden)} ${pseudonymText(pseudonymised)}`, ''),
  ]
  if (unread.length > 0) lines.push('', 'Could not be read:')
  for (const { what, reason, remedy } of unread)
    lines.push(...view.paragraph('- ', `${what}: ${reason}.${remedy === undefined ? '' : ` ${remedy}`}`, ''))
  return `${lines.join('\n')}\n`
}

const hiddenText = (hidden: number): string =>
  hidden === 0
    ? 'It holds no value of a Secret, and nothing else had to be blotted out.'
    : `It holds no value of a Secret; ${hidden} ${hidden === 1 ? 'value was' : 'values were'} blotted out.`

const pseudonymText = (what: readonly string[]): string =>
  what.length === 0 ? 'Addresses and names are as they are.' : `Pseudonyms stand for ${what.join(' and ')}.`

function sizeText(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`
  return bytes < 1024 ** 2 ? `${(bytes / 1024).toFixed(1)} KiB` : `${(bytes / 1024 ** 2).toFixed(1)} MiB`
}
