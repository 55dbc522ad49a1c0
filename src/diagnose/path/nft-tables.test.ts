import { expect, it } from 'vitest'
import { listNft } from './nft-tables.ts'
import type { ProgramOutcome, RulePrograms } from './ports.ts'

/** @param fails words whose call fails */
function machine(fails = ''): RulePrograms & { readonly asked: string[] } {
  const asked: string[] = []
  const table = (family: string, name: string) => ({ table: { family, name, handle: 1 } })
  const answers: Readonly<Record<string, unknown>> = {
    'list tables': [
      { metainfo: {} },
      table('ip', 'nat'),
      table('ip', 'filter'),
      table('inet', 'filter'),
      table('ip', 'guard'),
    ],
    'list table inet filter': [
      table('inet', 'filter'),
      { chain: { family: 'inet', table: 'filter', name: 'input' } },
    ],
    'list table ip guard': [table('ip', 'guard')],
    'list ruleset': ['everything'],
  }
  const run = async (_program: string, args: readonly string[]): Promise<ProgramOutcome> => {
    const words = args.slice(1).join(' ')
    asked.push(words)
    return words === fails
      ? { result: 'failed', note: undefined }
      : { result: 'read', text: JSON.stringify({ nftables: answers[words] }) }
  }
  return { asked, run, read: () => undefined }
}
const objectsOf = (outcome: ProgramOutcome): unknown =>
  outcome.result === 'read' ? JSON.parse(outcome.text).nftables : outcome.result

it('asks for everything where iptables-save has printed nothing', async () => {
  const programs = machine()
  expect(objectsOf(await listNft(programs, false))).toEqual(['everything'])
  expect(programs.asked).toEqual(['list ruleset'])
})

it('leaves out the tables of iptables, and no table of another family that has the same name', async () => {
  const programs = machine()
  expect(objectsOf(await listNft(programs, true))).toEqual([
    { table: { family: 'inet', name: 'filter', handle: 1 } },
    { chain: { family: 'inet', table: 'filter', name: 'input' } },
    { table: { family: 'ip', name: 'guard', handle: 1 } },
  ])
  expect(programs.asked).toEqual(['list tables', 'list table inet filter', 'list table ip guard'])
})

it.each(['list tables', 'list table ip guard'])('asks for everything when "%s" fails', async (words) => {
  const programs = machine(words)
  expect(objectsOf(await listNft(programs, true))).toEqual(['everything'])
})
