// The way of a connection through the rules, as a tree.
import type { Verdict } from '../../diagnose/judge.ts'
import type { PathFacts, PortFacts, TreeNode, WalkFacts } from '../../diagnose/path/path-facts.ts'
import {
  clientText,
  endsText,
  portText,
  reachText,
  roleText,
  shareText,
} from '../../diagnose/path/path-words.ts'
import { safeText } from '../safe-text.ts'
import { createTheme, type Theme } from '../theme.ts'
import { columnsOf, wrap } from '../wrap.ts'
import { renderVerdictText } from './report.ts'

export interface PathTreeStyle {
  readonly colorLevel: 0 | 1 | 2 | 3
  readonly width: number
  /** signs that are not of ASCII can be read, which is so unless it is said */
  readonly utf8?: boolean
  /** show the tree of every kind of client; else of the first, and those that end otherwise */
  readonly verbose: boolean
}

/** More endpoints than this are counted, not listed, unless verbose. */
const MOST_CHILDREN = 12

/** The verdict, and the trees behind it. */
export function renderPath(
  { verdict, facts }: { readonly verdict: Verdict; readonly facts: PathFacts },
  style: PathTreeStyle,
): string {
  const trees = renderPathTrees(facts, style)
  return renderVerdictText(verdict, style) + (trees === '' ? '' : `\n${trees}`)
}

export function renderPathTrees(facts: PathFacts, style: PathTreeStyle): string {
  const view = new TreeView(createTheme(style.colorLevel), style)
  return facts.ports
    .filter(({ walks }) => walks.some(({ tree }) => tree.length > 0))
    .map((port) => `${view.port(port, facts).join('\n')}\n`)
    .join('\n')
}

/** All of one width, but for the last two. */
interface Signs {
  readonly branch: string
  readonly lastBranch: string
  readonly rail: string
  readonly arrow: string
  readonly cut: string
}
const SIGNS: Signs = { branch: '├─ ', lastBranch: '└─ ', rail: '│  ', arrow: '→', cut: '…' }
const ASCII_SIGNS: Signs = { branch: '|- ', lastBranch: '`- ', rail: '|  ', arrow: '->', cut: '...' }

class TreeView {
  readonly #theme: Theme
  readonly #style: PathTreeStyle
  readonly #signs: Signs

  constructor(theme: Theme, style: PathTreeStyle) {
    this.#theme = theme
    this.#style = style
    this.#signs = style.utf8 === false ? ASCII_SIGNS : SIGNS
  }

  port(port: PortFacts, facts: PathFacts): string[] {
    const head = `${portText(facts.target, port.port)} ${port.protocol.toUpperCase()}`
    const sticky = port.affinity ? ['A client stays with its endpoint (session affinity).'] : []
    const why = [...reachText(port, facts), ...sticky]
    return [
      `${this.#theme.heading(head)} ${safeText(roleText(port))}`,
      ...why.flatMap((text) => wrap(safeText(text), this.#style.width - 2).map((line) => `  ${line}`)),
      ...this.#walks(port.walks),
    ]
  }

  /** Clients whose tree has been shown already get one line. */
  #walks(walks: readonly WalkFacts[]): string[] {
    const shown = new Set<string>()
    return walks.flatMap((walk) => {
      const key = JSON.stringify(walk.tree)
      const head = `  ${this.#theme.strong(safeText(clientText(walk.clients)))}: ${safeText(endsText(walk.ends))}`
      if (shown.has(key) && !this.#style.verbose)
        return ['', `${head} ${this.#theme.faint('(the same way)')}`]
      shown.add(key)
      return ['', head, ...walk.tree.flatMap((node) => this.#node(node, '  ', '', 1))]
    })
  }

  #node(node: TreeNode, indent: string, branch: string, share: number): string[] {
    const [only, ...more] = node.children
    // A chain that holds one endpoint and nothing else is told together with it.
    const endpoint = only !== undefined && more.length === 0 && only.kind === 'endpoint' ? only : undefined
    const marks = node.children.filter(({ kind }) => kind === 'mark')
    const last = node.children.at(-1)
    const marked =
      endpoint === undefined && last?.kind === 'endpoint' && marks.length === node.children.length - 1
        ? last
        : endpoint
    const label =
      marked === undefined
        ? node.label
        : `${shortened(node.label, this.#signs.cut)} ${this.#signs.arrow} ${marked.label}`
    const percent = node.probability < share * 0.9995 ? shareText(node.probability) : undefined
    const text = percent === undefined ? label : `${percent.padStart(6)} ${label}`
    const children = marked === undefined ? node.children : marked.children
    const deeper = indent + (branch === '' ? '' : branch === this.#signs.branch ? this.#signs.rail : '   ')
    return [
      ...this.#line(
        indent + branch,
        deeper,
        text,
        marked === undefined ? node : { ...node, meaning: undefined },
      ),
      ...this.#children(children, deeper, node.probability),
    ]
  }

  #children(nodes: readonly TreeNode[], indent: string, share: number): string[] {
    const most = this.#style.verbose ? nodes.length : MOST_CHILDREN
    const shown = nodes.slice(0, most)
    const rest = nodes.length - shown.length
    const { branch, lastBranch } = this.#signs
    const lines = shown.flatMap((node, index) =>
      this.#node(node, indent, index === nodes.length - 1 ? lastBranch : branch, share),
    )
    return rest === 0
      ? lines
      : [...lines, `${indent}${lastBranch}${this.#theme.faint(`${rest} more like these`)}`]
  }

  /** The meaning stands behind the label where there is room, else below it. */
  #line(lead: string, deeper: string, text: string, { kind, meaning }: TreeNode): string[] {
    const { width } = this.#style
    const label = safeText(text)
    const painted =
      kind === 'stopped'
        ? this.#theme.severity.error(label)
        : kind === 'mark'
          ? this.#theme.faint(label)
          : label
    const rails = this.#theme.faint(lead)
    if (meaning === undefined) return [rails + painted]
    const explained = safeText(meaning)
    if (columnsOf(lead) + columnsOf(label) + 2 + columnsOf(explained) <= width)
      return [`${rails}${painted}  ${this.#theme.faint(explained)}`]
    const hang = `${deeper}     `
    return [
      rails + painted,
      ...wrap(explained, Math.max(20, width - columnsOf(hang))).map((line) => this.#theme.faint(hang + line)),
    ]
  }
}

/** nft's chains repeat the endpoint in their names. */
const shortened = (chain: string, cut: string): string =>
  chain.replace(/^(endpoint-[A-Z0-9]{8}-).*$/, `$1${cut}`)
