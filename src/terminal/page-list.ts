// Every code that can be explained, as a list.
import { twoColumns } from './wrap.ts'

export interface PageListGroup {
  readonly kind: string
  readonly plural: string
  readonly pages: readonly { readonly code: string; readonly title: string }[]
}

export function renderPageList(
  groups: readonly PageListGroup[],
  format: 'text' | 'json' | 'markdown',
): string {
  switch (format) {
    case 'json': {
      const codes = groups.flatMap(({ kind, pages }) => pages.map((page) => ({ ...page, kind })))
      return `${JSON.stringify({ codes }, null, 2)}\n`
    }
    case 'markdown':
      return joined(groups, (group) => [
        `## ${group.plural}`,
        '',
        ...group.pages.map(({ code, title }) => `- ${code}: ${title}`),
      ])
    case 'text':
      return joined(groups, (group) => [
        `${group.plural}:`,
        ...twoColumns(
          group.pages.map(({ code, title }) => [code, title] as const),
          80,
        ),
      ])
  }
}

const joined = (groups: readonly PageListGroup[], lines: (group: PageListGroup) => string[]): string =>
  `${groups.map((group) => lines(group).join('\n')).join('\n\n')}\n`
