// Names for things that need one of their own in a configuration.
import type { PlannedNeighbour, RouterPlan } from '../plan/router-plan.ts'

/**
 * One name per neighbour, made of the node's: `metallb_worker_1` with `_` between the words. A node with several sessions, or
 * two nodes whose names become the same, get a number.
 */
export function neighbourNames(plan: RouterPlan, between: '_' | '-'): ReadonlyMap<PlannedNeighbour, string> {
  const names = new Map<PlannedNeighbour, string>()
  const taken = new Set<string>()
  for (const one of plan.neighbours) {
    const base = wordsOf(`${plan.prefix}-${one.node}`, between)
    let name = base
    for (let number = 2; taken.has(name); number++) name = `${base}${between}${number}`
    taken.add(name)
    names.set(one, name)
  }
  return names
}

export const wordsOf = (text: string, between: '_' | '-'): string =>
  text.replaceAll(/[^A-Za-z0-9]+/g, between)
