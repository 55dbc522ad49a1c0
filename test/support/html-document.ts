// A reader of HTML that takes nothing but what our pages may hold, written out in full: a tag that a browser would have to guess is refused.

export interface HtmlElement {
  readonly tag: string
  readonly attributes: Readonly<Record<string, string>>
  /** the elements that it stands in, outermost first */
  readonly inside: readonly string[]
  /** of it alone, without those in it; entities resolved */
  text: string
}

const PHRASES = ['span', 'strong', 'code']
const BLOCKS = ['h1', 'h2', 'h3', 'p', 'ul', 'ol', 'pre', 'table', 'details', 'section']
const CONTENT: Readonly<Record<string, readonly string[]>> = {
  '': ['html'],
  html: ['head', 'body'],
  head: ['meta', 'title', 'style'],
  body: BLOCKS,
  section: BLOCKS,
  details: ['summary', 'pre'],
  table: ['thead', 'tbody'],
  thead: ['tr'],
  tbody: ['tr'],
  tr: ['th', 'td'],
  ul: ['li'],
  ol: ['li'],
  li: ['pre', ...PHRASES],
  p: PHRASES,
}
/** Where text may stand; elsewhere there is white space alone. */
const WORDED = new Set([
  'title',
  'style',
  'h1',
  'h2',
  'h3',
  'p',
  'li',
  'pre',
  'th',
  'td',
  'summary',
  ...PHRASES,
])
/** Nothing that loads, runs or leads elsewhere is among them: no src, href, style, on…. */
const ATTRIBUTES = new Set(['lang', 'charset', 'http-equiv', 'content', 'name', 'class', 'id', 'scope'])
const VOID = new Set(['meta'])
const ENTITIES: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
}
/** Control characters, lone surrogates, noncharacters, and what turns the direction of a line. */
const FORBIDDEN =
  /(?!\n|\t)\p{Cc}|\p{Cs}|\p{Noncharacter_Code_Point}|[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u

/** @throws Error for a document that is not strictly well-formed, or that loads or runs anything */
export function readHtml(document: string): readonly HtmlElement[] {
  const start = '<!DOCTYPE html>\n'
  if (!document.startsWith(start)) throw new Error('it does not begin with its type')
  const found = FORBIDDEN.exec(document)
  if (found !== null) throw new Error(`character ${found[0].codePointAt(0)?.toString(16)} at ${found.index}`)
  const elements: HtmlElement[] = []
  const open: HtmlElement[] = []
  for (const piece of document.slice(start.length).match(/<[^>]*>|[^<]+|</g) ?? []) {
    if (!piece.startsWith('<')) addText(piece, open.at(-1))
    else if (piece.startsWith('</')) close(piece, open)
    else {
      const element = opened(piece, open)
      elements.push(element)
      if (!VOID.has(element.tag)) open.push(element)
    }
  }
  if (open.length > 0) throw new Error(`<${open.at(-1)?.tag}> is not closed`)
  refuseTwice(elements.flatMap(({ attributes }) => attributes['id'] ?? []))
  return elements
}

function opened(piece: string, open: readonly HtmlElement[]): HtmlElement {
  const [, tag = '', rest = ''] = /^<([a-z][a-z0-9]*)((?: [a-z-]+="[^"<>]*")*)>$/.exec(piece) ?? []
  const inside = open.map((each) => each.tag)
  if (CONTENT[inside.at(-1) ?? '']?.includes(tag) !== true)
    throw new Error(`${piece} inside of <${inside.at(-1) ?? ''}>`)
  const attributes = [...rest.matchAll(/ ([a-z-]+)="([^"]*)"/g)].map(
    ([, name = '', value = '']) => [name, decoded(value)] as const,
  )
  refuseTwice(attributes.map(([name]) => name))
  for (const [name, value] of attributes) {
    if (!ATTRIBUTES.has(name)) throw new Error(`${piece} has ${name}`)
    if (name === 'http-equiv' && value !== 'Content-Security-Policy') throw new Error(`${piece} is obeyed`)
  }
  return { tag, attributes: Object.fromEntries(attributes), inside, text: '' }
}

function close(piece: string, open: HtmlElement[]): void {
  const last = open.pop()
  if (piece !== `</${last?.tag}>`) throw new Error(`${piece} closes nothing; <${last?.tag}> is open`)
  if (last?.tag === 'style') refuseForeignStyle(last.text)
}

function addText(text: string, to: HtmlElement | undefined): void {
  if (to !== undefined && WORDED.has(to.tag)) to.text += to.tag === 'style' ? text : decoded(text)
  else if (text.trim() !== '') throw new Error(`text in <${to?.tag}>: ${text}`)
}

function decoded(text: string): string {
  const bare = /[<>]|&(?!(?:amp|lt|gt|quot|#39);)/.exec(text)
  if (bare !== null) throw new Error(`${bare[0]} stands bare in: ${text}`)
  return text.replaceAll(/&[^;]+;/g, (entity) => ENTITIES[entity] ?? entity)
}

function refuseForeignStyle(text: string): void {
  const found = /url\s*\(|image|@import|@font-face|expression|[<\\]|https?:/i.exec(text)
  if (found !== null) throw new Error(`the style has ${found[0]}`)
  if (text.split('{').length !== text.split('}').length) throw new Error('a rule of the style does not end')
}

function refuseTwice(names: readonly string[]): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw new Error(`${twice} is there twice`)
}
