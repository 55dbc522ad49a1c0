// Junos and VyOS: a tree of words, written with braces or as one `set` command per leaf. Both become the same tree.
import type { Source, Span } from '../../../config/source/source.ts'
import type { Found } from '../observed.ts'
import { foundNumber } from './words.ts'

export class TreeNode {
  readonly at: Span
  readonly children = new Map<string, TreeNode>()

  constructor(at: Span) {
    this.at = at
  }

  child(...path: readonly string[]): TreeNode | undefined {
    let node: TreeNode | undefined = this
    for (const word of path) node = node?.children.get(word)
    return node
  }

  /** The child, made where it is missing. Its place is that of its first mention. */
  grow(word: string, at: Span): TreeNode {
    const known = this.children.get(word)
    if (known !== undefined) return known
    const made = new TreeNode(at)
    this.children.set(word, made)
    return made
  }

  /** The one word below `path`: its value, where it stands for one. */
  value(...path: readonly string[]): Found<string> | undefined {
    const node = this.child(...path)
    const [entry] = node?.children ?? []
    return entry === undefined ? undefined : { value: entry[0], at: entry[1].at }
  }

  number(...path: readonly string[]): Found<number> | undefined {
    const found = this.value(...path)
    return found === undefined ? undefined : foundNumber(found.value, found.at)
  }
}

interface Token {
  readonly text: string
  readonly at: Span
  readonly isWord: boolean
}

const TOKEN = /\/\*[\s\S]*?(?:\*\/|$)|#[^\n]*|"(?:[^"\\\n]|\\.)*"?|'[^'\n]*'?|[{};[\]\n]|[^\s{};[\]"'#]+/g

function tokensOf(source: Source): Token[] {
  const tokens: Token[] = []
  for (const match of source.text.matchAll(TOKEN)) {
    const [raw] = match
    if (raw.startsWith('/*') || raw.startsWith('#')) continue
    const at = { source, start: match.index, end: match.index + raw.length }
    const isQuoted = /^["']/.test(raw)
    const text = isQuoted ? raw.slice(1, raw.length > 1 && raw.endsWith(raw.charAt(0)) ? -1 : undefined) : raw
    tokens.push({ text, at, isWord: isQuoted || !/^[{};[\]\n]$/.test(raw) })
  }
  return tokens
}

/** Never fails: braces that do not fit are ignored, and a statement that does not end ends with its line or the text. */
export function readTree(source: Source): TreeNode {
  const root = new TreeNode({ source, start: 0, end: 0 })
  const tokens = tokensOf(source)
  if (tokens.some(({ text, isWord }) => !isWord && text === '{')) readBraces(root, tokens)
  else readCommands(root, tokens)
  return root
}

function readCommands(root: TreeNode, tokens: readonly Token[]): void {
  let words: Token[] = []
  const flush = (): void => {
    const [verb, ...path] = words
    if (verb?.text === 'set') plant(root, path)
    if (verb?.text === 'deactivate' || verb?.text === 'delete') uproot(root, path)
    words = []
  }
  for (const token of tokens) {
    if (token.isWord) words.push(token)
    else if (token.text === '\n') flush()
  }
  flush()
}

/** The nodes of a path; `[ a b ]` at its end makes one for each. */
function plant(node: TreeNode, path: readonly Token[]): TreeNode {
  let at = node
  for (const { text, at: place } of path) at = at.grow(text, place)
  return at
}

function uproot(node: TreeNode, path: readonly Token[]): void {
  const last = path.at(-1)
  if (last === undefined) return
  node.child(...path.slice(0, -1).map(({ text }) => text))?.children.delete(last.text)
}

function readBraces(root: TreeNode, tokens: readonly Token[]): void {
  const stack: TreeNode[] = [root]
  let words: Token[] = []
  let list: Token[] | undefined
  const end = (): void => {
    const here = stack.at(-1) ?? root
    const active = dropInactive(words)
    if (active !== undefined && (active.length > 0 || list !== undefined)) {
      const head = plant(here, active)
      for (const item of list ?? []) head.grow(item.text, item.at)
    }
    words = []
    list = undefined
  }
  for (const [index, token] of tokens.entries()) {
    if (token.isWord) {
      if (list === undefined || tokens[index - 1]?.text === ']') words.push(token)
      else list.push(token)
    } else if (token.text === '[') list = []
    else if (token.text === '{') {
      const here = stack.at(-1) ?? root
      // What is deactivated is read into a tree that nobody looks at.
      const active = dropInactive(words)
      stack.push(active === undefined ? new TreeNode(token.at) : plant(here, active))
      words = []
      list = undefined
    } else if (token.text === '}') {
      end()
      if (stack.length > 1) stack.pop()
    } else if (token.text === ';') end()
    // VyOS ends its statements with the line.
    else if (token.text === '\n' && list === undefined && words.length > 0 && endsHere(tokens, index)) end()
  }
  end()
}

function endsHere(tokens: readonly Token[], index: number): boolean {
  for (let i = index + 1; i < tokens.length; i++) {
    const token = tokens[i]
    if (token?.isWord === true || token?.text === '}') return true
    if (token?.text !== '\n') return false
  }
  return true
}

/** `inactive: neighbor …` and `protect: …` stand in front of a Junos statement. */
function dropInactive(words: readonly Token[]): readonly Token[] | undefined {
  if (words[0]?.text === 'inactive:') return undefined
  return words[0]?.text === 'protect:' ? words.slice(1) : words
}
