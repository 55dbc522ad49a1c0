// What nft prints, without the tables that iptables-save has printed already: with a thousand Services these are most of it, and some
// ten times as long as JSON.

import type { ProgramOutcome, RulePrograms } from './ports.ts'
import { asList, asRecord, asText } from './read/nft-json.ts'

/** Of iptables, in a kernel that keeps them as tables of nft. */
export const IPTABLES_TABLES: ReadonlySet<string> = new Set(['nat', 'filter', 'mangle', 'raw', 'security'])
const WHOLE = ['-j', 'list', 'ruleset']

/** @param areRead the tables of iptables are known from iptables-save */
export async function listNft(programs: RulePrograms, areRead: boolean): Promise<ProgramOutcome> {
  if (!areRead) return programs.run('nft', WHOLE)
  const listed = await programs.run('nft', ['-j', 'list', 'tables'])
  const tables = listed.result === 'read' ? tablesIn(listed.text) : undefined
  if (tables === undefined) return programs.run('nft', WHOLE)
  const parts: unknown[] = []
  for (const { family, name } of tables) {
    if ((family === 'ip' || family === 'ip6') && IPTABLES_TABLES.has(name)) continue
    const part = await programs.run('nft', ['-j', 'list', 'table', family, name])
    const objects = part.result === 'read' ? objectsIn(part.text) : undefined
    // It may be gone since.
    if (objects === undefined) return programs.run('nft', WHOLE)
    parts.push(...objects)
  }
  return { result: 'read', text: JSON.stringify({ nftables: parts }) }
}

function tablesIn(text: string): readonly { readonly family: string; readonly name: string }[] | undefined {
  return objectsIn(text)?.flatMap((object) => {
    const table = asRecord(asRecord(object)?.['table'])
    return table === undefined ? [] : [{ family: asText(table['family']), name: asText(table['name']) }]
  })
}

function objectsIn(text: string): readonly unknown[] | undefined {
  try {
    return asList(asRecord(JSON.parse(text))?.['nftables'])
  } catch {
    return undefined
  }
}
