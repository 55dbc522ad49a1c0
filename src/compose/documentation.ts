// The pages under docs/ that have a code: what `lbctl explain` can explain. Pages are read when asked for, so that the
// text a user reads in the terminal is the text of the repository. To add a kind of subject, add a row.
import { readdirSync, readFileSync } from 'node:fs'
import { LbctlError } from '../errors/lbctl-error.ts'
import { nearestWords } from '../terminal/nearest.ts'
import { errorOfNumber } from './error-numbers.ts'
import { findPhrase, type PhraseEntry, printedWords } from './printed-words.ts'

interface SubjectKind {
  readonly kind: string
  /** heading in the list of all codes */
  readonly plural: string
  /** under docs/, one page per code */
  readonly folder: string
  readonly pattern: RegExp
  /** pages say in a line "Printed as `…`, `…`." which words of other programs they explain */
  readonly foundByWords?: boolean
  /** the code itself is such a word only where it stands alone */
  readonly codeIsNoPhrase?: boolean
}

const KINDS: readonly SubjectKind[] = [
  {
    kind: 'rule',
    plural: 'Rules of migrate, validate and router check',
    folder: 'rules',
    pattern: /^[A-Z]\d{3}$/,
  },
  { kind: 'finding', plural: 'Findings of diagnose', folder: 'findings', pattern: /^F\d{2}$/ },
  {
    kind: 'error',
    plural: 'Errors of the kernel and states of the neighbour table',
    folder: 'errors',
    pattern: /^[A-Z][A-Z_]{4,}$/,
    foundByWords: true,
  },
  {
    kind: 'notification',
    plural: 'NOTIFICATIONs of BGP, by code and subcode',
    folder: 'notifications',
    pattern: /^\d+\/\d+$/,
    foundByWords: true,
  },
  {
    kind: 'event',
    plural: 'Events of MetalLB and Kubernetes, and words of the kubelet',
    folder: 'events',
    pattern: /^[A-Za-z]{7,}$/,
    foundByWords: true,
  },
  {
    kind: 'state',
    plural: 'States that routers and kubectl show',
    folder: 'states',
    pattern: /^[A-Za-z]{4,}$/,
    foundByWords: true,
    // "active" and "policy" stand in lines about anything.
    codeIsNoPhrase: true,
  },
]

/** A slash cannot stand in the name of a file. */
const fileOf = (code: string): string => `${code.replace('/', '-')}.md`
const codeOfFile = (file: string): string => file.replace(/\.md$/, '').replace(/^(\d+)-(\d+)$/, '$1/$2')

/** `0x0605` as MetalLB prints it, `NOTIFICATION 6/5`, `code 6 subcode 5`: the two numbers. */
function notificationCode(asked: string): string | undefined {
  const [, high, low] = /^(?:.*\b)?0x([0-9a-f]{2})([0-9a-f]{2})\b/i.exec(asked) ?? []
  if (high !== undefined && low !== undefined)
    return `${Number.parseInt(high, 16)}/${Number.parseInt(low, 16)}`
  const [, code, subcode] =
    /\b(\d{1,2})\/(\d{1,2})\b(?![/.\d])/.exec(asked) ??
    /\bcode[ :]+(\d{1,2})\b.*?\bsub-?code[ :]+(\d{1,2})\b/i.exec(asked) ??
    []
  return code === undefined ? undefined : `${Number(code)}/${Number(subcode)}`
}

export interface PageTitle {
  readonly code: string
  readonly title: string
}

export interface Page extends PageTitle {
  readonly kind: string
  /** from the package's folder: `docs/rules/V201.md` */
  readonly path: string
  readonly markdown: string
}

export interface PageGroup {
  readonly kind: string
  readonly plural: string
  readonly pages: readonly PageTitle[]
}

/** Every code there is, by kind, in the order of the codes. */
export function listPages(root: URL): PageGroup[] {
  return KINDS.map((kind) => {
    const pages = codesOf(kind, root).map((code) => readPage(kind, code, root))
    return { kind: kind.kind, plural: kind.plural, pages: pages.map(({ code, title }) => ({ code, title })) }
  })
}

/**
 * @param asked a code, or words that a program printed, as much of the line as there is
 * @throws LbctlError `usage` that names the nearest codes when there is no such page
 */
export function findPage(asked: string, root: URL): Page {
  const page =
    findByCode(asked, root) ??
    findByCode(errorOfNumber(asked) ?? '', root) ??
    findByWords(asked, root) ??
    findNotification(asked, root)
  if (page !== undefined) return page
  const codes = KINDS.flatMap((kind) => codesOf(kind, root))
  const near = nearestWords(
    asked.trim(),
    new Set([...codes, ...phrases(root).map(({ phrase }) => phrase)]),
    3,
  )
  throw new LbctlError('usage', `There is no page about "${asked}".`, {
    hints: [
      near.length === 0
        ? 'lbctl explain lists every code.'
        : near.length === 1
          ? `The nearest code is ${near[0]}.`
          : `The nearest codes are ${near.join(', ')}.`,
    ],
  })
}

function findByCode(asked: string, root: URL): Page | undefined {
  const code = asked.trim().toUpperCase()
  for (const kind of KINDS) {
    // Reasons of events are words with capitals inside, which nobody types as they are.
    const found = kind.pattern.test(code)
      ? codesOf(kind, root).find((each) => each.toUpperCase() === code)
      : undefined
    if (found !== undefined) return readPage(kind, found, root)
  }
  return undefined
}

/** Behind the words: an address with a prefix length looks like two numbers as well. */
function findNotification(asked: string, root: URL): Page | undefined {
  const code = notificationCode(asked)
  const kind = KINDS.find((each) => each.kind === 'notification')
  return code !== undefined && kind !== undefined && codesOf(kind, root).includes(code)
    ? readPage(kind, code, root)
    : undefined
}

const findByWords = (asked: string, root: URL): Page | undefined => findPhrase(asked, phrases(root))

function phrases(root: URL): PhraseEntry<Page>[] {
  return KINDS.filter((kind) => kind.foundByWords).flatMap((kind) =>
    codesOf(kind, root).flatMap((code) => {
      const page = readPage(kind, code, root)
      const words = printedWords(page.markdown)
      return (kind.codeIsNoPhrase === true ? words : [code, ...words]).map((phrase) => ({
        phrase,
        value: page,
      }))
    }),
  )
}

/** The page of a code of a diagnostic, if it has one. */
export function findRuleHelp(code: string, root: URL): Page | undefined {
  const kind = KINDS.find(({ pattern }) => pattern.test(code))
  return kind !== undefined && codesOf(kind, root).includes(code) ? readPage(kind, code, root) : undefined
}

function codesOf(kind: SubjectKind, root: URL): string[] {
  return readdirSync(new URL(`docs/${kind.folder}/`, root))
    .map(codeOfFile)
    .filter((name) => kind.pattern.test(name))
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
}

function readPage({ kind, folder }: SubjectKind, code: string, root: URL): Page {
  const path = `docs/${folder}/${fileOf(code)}`
  const markdown = readFileSync(new URL(path, root), 'utf8')
  const heading = /^# *(.*)$/m.exec(markdown)?.[1] ?? code
  return { code, kind, path, markdown, title: heading.replace(new RegExp(`^${code}[:.]? *`), '') }
}
