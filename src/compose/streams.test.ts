import { expect, it } from 'vitest'
import { styleOf } from './streams.ts'

const pipe = {} as NodeJS.WritableStream
const terminal = (depth: number, columns = 120) =>
  ({ isTTY: true, columns, getColorDepth: () => depth }) as unknown as NodeJS.WritableStream

it.each([
  ['a pipe', pipe, {}, false, 0],
  ['a pipe that is forced', pipe, { FORCE_COLOR: '' }, false, 1],
  ['a pipe that is forced to all colours', pipe, { FORCE_COLOR: '3' }, false, 3],
  ['a terminal', terminal(8), {}, false, 2],
  ['a terminal without colours', terminal(1), {}, false, 0],
  ['a terminal with all colours', terminal(24), {}, false, 3],
  ['a terminal with --no-color', terminal(24), { FORCE_COLOR: '3' }, true, 0],
  ['a terminal with NO_COLOR', terminal(24), { NO_COLOR: '1', FORCE_COLOR: '3' }, false, 0],
  ['a terminal with FORCE_COLOR=0', terminal(24), { FORCE_COLOR: '0' }, false, 0],
])('colour on %s', (_, stream, env, noColor, expected) => {
  expect(styleOf(stream, env, noColor).colorLevel).toBe(expected)
})

it.each([
  ['the columns of a terminal', terminal(8, 132), {}, 132],
  ['a narrow terminal', terminal(8, 10), {}, 40],
  ['a pipe', pipe, {}, 100],
  ['a pipe with COLUMNS', pipe, { COLUMNS: '72' }, 72],
  ['a pipe with nonsense', pipe, { COLUMNS: 'wide' }, 100],
])('width of %s', (_, stream, env, expected) => {
  expect(styleOf(stream, env, false).width).toBe(expected)
})

it.each([
  ['none', {}, false],
  ['the C locale', { LANG: 'C' }, false],
  ['UTF-8', { LANG: 'de_CH.UTF-8' }, true],
  ['as others write it', { LC_CTYPE: 'C.utf8', LANG: 'C' }, true],
  ['what stands above it', { LC_ALL: 'C', LANG: 'en_US.UTF-8' }, false],
  ['an empty one above it', { LC_ALL: '', LANG: 'en_US.UTF-8' }, true],
])('the locale takes UTF-8: %s', (_, env, expected) => {
  expect(styleOf(process.stdout, env, false).utf8).toBe(expected)
})
