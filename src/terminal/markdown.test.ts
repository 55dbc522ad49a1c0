import { describe, expect, it } from 'vitest'
import { renderMarkdown } from './markdown.ts'

const render = (markdown: string, width = 40): string => renderMarkdown(markdown, { colorLevel: 0, width })

describe('renderMarkdown', () => {
  it('wraps paragraphs and items, and leaves code as it is', () => {
    const page = [
      '# V201: A title',
      '',
      'A paragraph with `code`, **weight** and a',
      'line break that is none.',
      '',
      '- first item that is long enough to be wrapped once',
      '- second',
      '  continued',
      '',
      '1. one',
      '',
      '```yaml',
      'spec:',
      '',
      '  addresses: [ 192.0.2.0/24, 198.51.100.0/24, 203.0.113.0/24 ]',
      '```',
    ].join('\n')
    expect(render(page)).toBe(
      [
        'V201: A title',
        '',
        'A paragraph with code, weight and a line',
        'break that is none.',
        '',
        '  - first item that is long enough to be',
        '    wrapped once',
        '  - second continued',
        '',
        '  1. one',
        '',
        '    spec:',
        '',
        '      addresses: [ 192.0.2.0/24, 198.51.100.0/24, 203.0.113.0/24 ]',
        '',
      ].join('\n'),
    )
  })

  it('keeps the address of a link that leads elsewhere', () => {
    expect(render('See [the page](../x.md) and [it](https://example.com/a).', 80)).toBe(
      'See the page and it (https://example.com/a).\n',
    )
  })

  it('aligns tables', () => {
    expect(render('| a | long |\n|---|---|\n| `bc` | d |')).toBe('  a   long\n  bc  d\n')
  })

  it('colours only when asked to', () => {
    expect(renderMarkdown('# T', { colorLevel: 1, width: 80 })).toContain('\u001b[1m')
    expect(render('# T')).toBe('T\n')
  })
})
