// What a program reads from a pipe: no colour and nothing that moves a cursor, on either stream.
import { afterEach, expect, it } from 'vitest'
import { lbctl } from '../support/cli.ts'
import { FixLab } from '../support/fix-lab.ts'

let lab: FixLab
afterEach(() => lab.remove())

// Escape sequences, carriage returns, and every other control character but tab and line feed.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f]/

it.each([
  ['diagnose all', ['diagnose', 'all', '--verbose'], {}],
  ['diagnose service', ['diagnose', 'service', 'shop/web', '--verbose', '--no-probe'], {}],
  ['diagnose all with NO_COLOR', ['diagnose', 'all', '--verbose'], { NO_COLOR: '1', TERM: 'xterm-256color' }],
])(
  'of %s',
  async (_, words, env) => {
    lab = await FixLab.of('a pool that no advertisement selects')
    const { code, stdout, stderr } = await lbctl([...words, '--kubeconfig', lab.kubeconfig], { env })
    expect([code, stdout]).toEqual([1, expect.stringContaining('F01')])
    // With --verbose the steps are told, so there is something to look at on both.
    expect(stderr).toContain('\n')
    expect([CONTROL.exec(stdout), CONTROL.exec(stderr)]).toEqual([null, null])
  },
  60_000,
)
