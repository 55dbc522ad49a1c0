// One packet through the rules, as the kernel would take it, except that a rule which throws dice is taken both ways: what comes
// out is every end that the packet can meet, each with its probability.
import type { Action, Match, Rule, RuleChain, RuleTable } from '../netfilter.ts'
import { holds, markedBy, type OnSource, type RuleHost } from './packet.ts'
import type { RuleIndex } from './rule-index.ts'
import { onTrail } from './trail.ts'
import { mergeTravellers, type Traveller, translated, withProbability } from './traveller.ts'

/** How a chain was left. `continue`: at its end, or by RETURN. */
export type Exit = 'continue' | 'accept' | 'dropped' | 'rejected'

export interface Left {
  readonly exit: Exit
  readonly at: Traveller
}

export interface WalkContext {
  readonly host: RuleHost
  readonly index: RuleIndex
  readonly onSource: OnSource
  /** a rule whose outcome cannot be told, and that was taken not to match */
  readonly onUnknown: (rule: Rule, what: string) => void
  /** a rule leads to a chain that is not there */
  readonly onMissing: (chain: string) => void
  /** a rule asks whether the client was here before */
  readonly onAffinity: () => void
}

/** The kernel allows no loops; a file may hold anything. */
const DEEPEST = 64

export function walkChain(
  table: RuleTable,
  chain: RuleChain,
  start: Traveller,
  context: WalkContext,
  first = 0,
  depth = 0,
): Left[] {
  const left: Left[] = []
  let at = start
  // What gives it another destination leaves the chain, too.
  for (const index of context.index.rulesFor(chain, start.packet.destination)) {
    const rule = chain.rules[index]
    if (index < first || rule === undefined) continue
    const { taken, passed } = walkRule(table, rule, at, context, depth)
    if (taken.length === 0 && passed === at) continue
    const onward = passed === undefined ? [] : [passed]
    for (const each of taken) {
      if (each.exit === 'continue' && !each.leaves) onward.push(each.at)
      else left.push({ exit: each.exit, at: each.at })
    }
    const merged = mergeTravellers(onward)
    const [only, ...more] = merged
    if (only === undefined) return left
    // Marks that differ make ways of their own, each through the rest of the chain.
    if (more.length > 0) {
      for (const each of merged) left.push(...walkChain(table, chain, each, context, index + 1, depth))
      return left
    }
    at = only
  }
  left.push({ exit: 'continue', at })
  return left
}

/** `leaves`: the chain is left although the packet goes on (RETURN, goto). */
type Taken = Left & { readonly leaves: boolean }

interface AfterRule {
  readonly taken: readonly Taken[]
  /** what the rule did not catch */
  readonly passed: Traveller | undefined
}

function walkRule(
  table: RuleTable,
  rule: Rule,
  start: Traveller,
  context: WalkContext,
  depth: number,
): AfterRule {
  let at = start
  let passedProbability = 0
  let open: string | undefined
  for (const step of rule.steps) {
    if ('match' in step) {
      if (step.match.kind === 'affinity') context.onAffinity()
      const answer = holds(step.match, at.packet, context.host, context.onSource)
      if (answer === 'no')
        return { taken: [], passed: withProbability(at, at.probability + passedProbability) }
      if (answer === 'unknown') open ??= unknownText(step.match)
      if (step.match.kind === 'random') {
        passedProbability += at.probability * (1 - step.match.probability)
        at = withProbability(at, at.probability * step.match.probability)
      }
      continue
    }
    if (open !== undefined) {
      if (step.act.kind !== 'nothing') context.onUnknown(rule, open)
      return { taken: [], passed: withProbability(at, at.probability + passedProbability) }
    }
    const passed = passedProbability > 0 ? withProbability(start, passedProbability) : undefined
    const taken = act(step.act, table, rule, at, context, depth)
    if (taken !== undefined) return { taken, passed }
    at = changed(step.act, at, rule)
  }
  return { taken: [], passed: withProbability(at, at.probability + passedProbability) }
}

function unknownText(match: Match): string {
  if (match.kind === 'unknown') return match.text
  return match.kind === 'set' ? `what is in the set ${match.name} is not known` : `${match.kind} not known`
}

/** Undefined: the rule goes on with its next step. */
function act(
  action: Action,
  table: RuleTable,
  rule: Rule,
  at: Traveller,
  context: WalkContext,
  depth: number,
): Taken[] | undefined {
  const ends = (exit: Exit, leaves = true): Taken[] => [{ exit, at, leaves }]
  switch (action.kind) {
    case 'accept':
      return ends('accept')
    case 'return':
      return ends('continue')
    case 'drop':
      return [{ exit: 'dropped', at: stopped(at, 'dropped', rule), leaves: true }]
    case 'reject':
      return [{ exit: 'rejected', at: stopped(at, 'rejected', rule), leaves: true }]
    case 'dnat':
      return [{ exit: 'accept', at: translated(action, at), leaves: true }]
    case 'masquerade':
      return [{ exit: 'accept', at: { ...at, masquerade: true }, leaves: true }]
    case 'jump':
    case 'goto':
      return enter(action, table, rule, at, context, depth)
    case 'draw':
      return draw(action, table, rule, at, context, depth)
    case 'lookup':
      return lookUp(action, table, rule, at, context, depth)
    case 'unknown':
      context.onUnknown(rule, action.text)
      return undefined
    case 'mark':
    case 'nothing':
      return undefined
  }
}

function enter(
  { kind, chain: name }: Extract<Action, { kind: 'jump' | 'goto' }>,
  table: RuleTable,
  rule: Rule,
  at: Traveller,
  context: WalkContext,
  depth: number,
): Taken[] {
  const target = table.chains.get(name)
  if (target === undefined || depth >= DEEPEST) {
    context.onMissing(name)
    return [{ exit: 'continue', at, leaves: kind === 'goto' }]
  }
  const inside = onTrail(at.trail, { kind: 'chain', table: table.name, chain: name, comment: rule.comment })
  const left = walkChain(table, target, { ...at, trail: inside }, context, 0, depth + 1)
  return left.map((each) =>
    each.exit === 'continue'
      ? { exit: 'continue', at: backFrom(name, each.at, at, rule), leaves: kind === 'goto' }
      : { ...each, leaves: true },
  )
}

/** A chain that was left again stays on the trail only where it has set a mark; one that does nothing else, as its name. */
function backFrom(chain: string, after: Traveller, before: Traveller, rule: Rule): Traveller {
  const { mark } = after.packet
  if (mark === before.packet.mark) return { ...after, trail: before.trail }
  const inner = after.trail
  const onlyMarks =
    inner?.step.kind === 'mark' &&
    inner.step.by === undefined &&
    inner.before?.step.kind === 'chain' &&
    inner.before.step.chain === chain
  if (!onlyMarks) return after
  return { ...after, trail: onTrail(before.trail, { kind: 'mark', mark, by: chain, comment: rule.comment }) }
}

/** One of `of` numbers is drawn; those without a way pass on. */
function draw(
  action: Extract<Action, { kind: 'draw' }>,
  table: RuleTable,
  rule: Rule,
  at: Traveller,
  context: WalkContext,
  depth: number,
): Taken[] {
  const share = at.probability / action.of
  const taken: Taken[] = []
  for (const way of action.ways.values()) {
    const drawn = withProbability(at, share)
    taken.push(
      ...(act(way, table, rule, drawn, context, depth) ?? [{ exit: 'continue', at: drawn, leaves: false }]),
    )
  }
  const rest = action.of - action.ways.size
  if (rest > 0) taken.push({ exit: 'continue', at: withProbability(at, share * rest), leaves: false })
  return taken
}

function lookUp(
  action: Extract<Action, { kind: 'lookup' }>,
  table: RuleTable,
  rule: Rule,
  at: Traveller,
  context: WalkContext,
  depth: number,
): Taken[] | undefined {
  const entry = context.index
    .entriesFor(action, at.packet.destination)
    .find(({ matches }) =>
      matches.every((match) => holds(match, at.packet, context.host, context.onSource) === 'yes'),
    )
  if (entry === undefined) return undefined
  return act(entry.action, table, { ...rule, comment: entry.comment ?? rule.comment }, at, context, depth)
}

function changed(action: Action, at: Traveller, rule: Rule): Traveller {
  if (action.kind !== 'mark') return at
  const mark = markedBy(action, at.packet.mark)
  return {
    ...at,
    packet: { ...at.packet, mark },
    trail: onTrail(at.trail, { kind: 'mark', mark, by: undefined, comment: rule.comment }),
  }
}

function stopped(at: Traveller, result: 'dropped' | 'rejected', { text, comment }: Rule): Traveller {
  return { ...at, trail: onTrail(at.trail, { kind: 'stopped', result, rule: text, comment }) }
}
