// For tests: text in, migration out.

import type { Diagnostic } from '../../config/diagnostic.ts'
import type { Json, KubeObject } from '../../config/kube-object.ts'
import { parseYaml } from '../../config/source/parse.ts'
import { formatPosition, Source } from '../../config/source/source.ts'
import { nodeToJson } from '../../config/source/to-json.ts'
import { type MigrateInput, type MigrateOptions, type Migration, migrate } from '../migrate.ts'

export const OPTIONS: MigrateOptions = {
  assumeVersion: undefined,
  explicit: false,
  inlinePasswords: false,
  names: 'descriptive',
  lenient: false,
  namespace: undefined,
  ignoreExcludeLabel: false,
  dropOldAnnotations: false,
  loadBalancerClass: undefined,
  sha256: () => {
    throw new Error('no hash is needed here')
  },
}

export function documentsOf(text: string, name = 'in.yaml') {
  const { documents, diagnostics } = parseYaml(new Source(name, text))
  return { documents, diagnostics }
}

/** Migrates a text. What is wrong with the text itself comes back as the migration's diagnostics. */
export function migrateText(
  text: string,
  options: Partial<MigrateOptions> = {},
  facts: Omit<MigrateInput, 'documents'> = {},
): Migration {
  const { documents, diagnostics } = documentsOf(text)
  if (diagnostics.length > 0)
    return { planned: [], patches: [], proof: undefined, diagnostics, sources: [], complete: true }
  return migrate({ documents, ...facts }, { ...OPTIONS, ...options })
}

export const objectsOf = (migration: Migration): KubeObject[] => migration.planned.map(({ object }) => object)

/** `error M010 in.yaml:5:3` */
export const codesOf = (diagnostics: readonly Diagnostic[]): string[] =>
  diagnostics.map(
    ({ severity, code, at }) =>
      `${severity} ${code}${at === undefined ? '' : ` ${formatPosition(at.source.locate(at.start))}`}`,
  )

/** The text that a diagnostic points at. */
export const pointedAt = ({ at }: Diagnostic): string => at?.source.text.slice(at.start, at.end) ?? ''

export const parseAll = (yaml: string): Json[] => documentsOf(yaml).documents.map(nodeToJson)
