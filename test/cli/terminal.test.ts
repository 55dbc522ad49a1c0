// What a person sees at a terminal, and what Ctrl-C leaves on it.
import { stripVTControlCharacters } from 'node:util'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { FixLab } from '../support/fix-lab.ts'
import { CTRL_C, Terminal, type TerminalOptions } from '../support/terminal.ts'

const TEST_MS = 60_000
let lab: FixLab
const open: Terminal[] = []
beforeAll(async () => {
  lab = await FixLab.of('a pool that no advertisement selects')
})
afterEach(() => {
  for (const terminal of open.splice(0)) terminal.close()
})
afterAll(() => lab.remove())

function terminal(args: readonly string[], options: Partial<TerminalOptions> = {}): Terminal {
  const made = new Terminal([...args, '--kubeconfig', lab.kubeconfig], { columns: 80, ...options })
  open.push(made)
  return made
}

it(
  'Ctrl-C while something is watched leaves the prompt on a line of its own, and says nothing',
  async () => {
    const watch = terminal(['diagnose', 'all', '--watch', '--interval', '1s'])
    await watch.until('logs: none was read.')
    watch.press(CTRL_C)
    expect(await watch.ended).toBe(130)
    expect(watch.screen).toMatch(/\n\^C\n$/)
    // The steps are those of the first look.
    expect(watch.screen.match(/^.*asking cluster/gm)).toHaveLength(1)
  },
  TEST_MS,
)

it(
  'Ctrl-C at a question, too, whose line is not echoed',
  async () => {
    const fix = terminal(['fix', 'F01', '--apply'])
    await fix.until('Change this? [y/N]')
    fix.press(CTRL_C)
    expect(await fix.ended).toBe(130)
    expect(fix.screen).toMatch(/Change this\? \[y\/N\][^\n]*\n$/)
  },
  TEST_MS,
)

it(
  'a no changes nothing, and a yes changes what was shown',
  async () => {
    const before = await lab.state()
    const refused = terminal(['fix', 'F01', '--apply'])
    await refused.until('Change this? [y/N]')
    refused.press('n\n')
    expect(await refused.ended).toBe(1)
    expect(refused.screen).toMatch(/\nNothing was changed\.\n$/)
    expect(await lab.state()).toBe(before)

    const env = { XDG_STATE_HOME: `${lab.folder}/state` }
    const agreed = terminal(['fix', 'F01', '--apply'], { env })
    await agreed.until('Change this? [y/N]')
    agreed.press('y\n')
    expect(await agreed.ended).toBe(0)
    expect(agreed.screen).toContain('F01 is gone.')
    const [, id = ''] = /lbctl fix --undo (\S+)/.exec(agreed.screen) ?? []
    expect((await lab.run('fix', '--undo', id)).code).toBe(0)
    expect(await lab.state()).toBe(before)
  },
  TEST_MS,
)

it.each([
  [{}, '× ', true],
  [{ LC_ALL: 'C' }, 'error: ', true],
  [{ NO_COLOR: '1' }, 'error: ', false],
  [{ TERM: 'dumb' }, 'error: ', false],
] as const)(
  'colours and signs are those that the terminal takes: %j',
  async (env, sign, isColoured) => {
    const all = terminal(['diagnose', 'all'], { env })
    expect(await all.ended).toBe(1)
    expect(all.screen.includes('\u001b[')).toBe(isColoured)
    const lines = stripVTControlCharacters(all.screen).split('\n')
    expect(lines).toContainEqual(expect.stringMatching(new RegExp(`^${sign}F01: Nothing announces`)))
    expect(lines.filter((line) => line.length > 80 || line.endsWith(' '))).toEqual([])
  },
  TEST_MS,
)
