// Ways with a common beginning → a tree, each node with the share of connections that come by.
import type { TreeNode } from '../path-facts.ts'
import { chainMeaning, markMeaning } from './chain-meaning.ts'
import type { TrailStep } from './trail.ts'
import type { Outcome } from './walk-hooks.ts'

interface Growing {
  readonly label: string
  readonly meaning: string | undefined
  readonly kind: TreeNode['kind']
  probability: number
  readonly children: Map<string, Growing>
}

export function pathTree(outcomes: readonly Outcome[]): TreeNode[] {
  const roots = new Map<string, Growing>()
  for (const outcome of outcomes) {
    let level = roots
    for (const node of nodesOf(outcome)) {
      const key = `${node.kind} ${node.label}`
      const known = level.get(key)
      const at = known ?? { ...node, probability: 0, children: new Map<string, Growing>() }
      at.probability += outcome.probability
      if (known === undefined) level.set(key, at)
      level = at.children
    }
  }
  return besideMarks([...roots.values()].map(grown))
}

/** A mark leads nowhere: what comes behind it hangs beside it. */
function grown({ children, ...node }: Growing): TreeNode {
  return { ...node, children: besideMarks([...children.values()].map(grown)) }
}

const besideMarks = (nodes: readonly TreeNode[]): TreeNode[] =>
  nodes.flatMap((node) => (node.kind === 'mark' ? [{ ...node, children: [] }, ...node.children] : [node]))

type Bare = Omit<TreeNode, 'probability' | 'children'>

function nodesOf({ steps, end }: Outcome): Bare[] {
  const nodes = steps.map(nodeOf)
  if (end === 'host')
    nodes.push({
      label: 'this host',
      meaning: 'no rule takes it: it is for a program of this host itself',
      kind: 'end',
    })
  if (end === 'forwarded')
    nodes.push({
      label: 'routed on',
      meaning: 'no rule takes it: it leaves by the route of its destination',
      kind: 'end',
    })
  return nodes
}

function nodeOf(step: TrailStep): Bare {
  switch (step.kind) {
    case 'chain':
      return { label: step.chain, meaning: step.comment ?? chainMeaning(step.chain), kind: 'chain' }
    case 'mark':
      return {
        label: step.by ?? `mark 0x${step.mark.toString(16)}`,
        meaning: markMeaning(step.mark, step.by),
        kind: 'mark',
      }
    case 'endpoint':
      return { label: step.endpoint, meaning: undefined, kind: 'endpoint' }
    case 'stopped':
      return { label: step.result, meaning: step.comment ?? step.rule, kind: 'stopped' }
  }
}
