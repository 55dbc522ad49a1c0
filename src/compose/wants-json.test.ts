import { expect, it } from 'vitest'
import { wantsJson } from './wants-json.ts'

it.each([
  [['x'], {}, false],
  [['x', '--json'], {}, true],
  [['x', '--', '--json'], {}, false],
  [['x', '-o', 'json'], {}, true],
  [['x', '-ojson'], {}, true],
  [['x', '-o=json'], {}, true],
  [['x', '--output=json'], {}, true],
  [['x', '--output', 'json'], {}, true],
  [['x', '--output', 'text'], {}, false],
  [['x', '-o'], {}, false],
  [['x', '-o', 'json', '-o', 'text'], {}, false],
  [['x'], { LBCTL_OUTPUT: 'json' }, true],
  [['x'], { LBCTL_JSON: 'true' }, true],
  [['x'], { LBCTL_JSON: '0' }, false],
  [['x', '-o', 'text'], { LBCTL_OUTPUT: 'json' }, false],
])('%j with %j: %s', (argv, env, expected) => {
  expect(wantsJson(argv, env)).toBe(expected)
})
