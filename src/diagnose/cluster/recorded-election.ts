// Where pseudonyms stand for addresses, hashes of them tell nothing: then the order of the nodes is that which was written down.
import type { CandidateMatrix } from '../../speaker/decide/decider.ts'

/** @param order of succession as it was computed from the real addresses; a matrix with other candidates stays as it is */
export function asRecorded(matrix: CandidateMatrix, order: readonly string[] | undefined): CandidateMatrix {
  if (order === undefined) return matrix
  const { succession, nodes } = matrix
  const places = new Map(order.map((node, index) => [node, index]))
  const [computed] = succession
  if (computed === undefined || succession.length !== places.size) return matrix
  if (!succession.every(({ node }) => places.has(node))) return matrix
  const recorded = [...succession].sort((a, b) => (places.get(a.node) ?? 0) - (places.get(b.node) ?? 0))
  const first = recorded[0] ?? computed
  const winner = nodes.get(first.node)
  const loser = nodes.get(computed.node)
  if (winner === undefined || loser === undefined || first === computed)
    return { ...matrix, succession: recorded }
  const swapped = new Map(nodes)
  swapped.set(first.node, { ...winner, layer2: loser.layer2 })
  swapped.set(computed.node, { ...loser, layer2: winner.layer2 })
  return { ...matrix, nodes: swapped, owner: first.node, succession: recorded }
}
