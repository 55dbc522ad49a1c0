// V505–V507: L2Advertisements that are bound to interfaces.
import { keySpan, type L2Advertisement, type Pool } from '../../objects/read-object.ts'
import { quoted, type RuleContext, related } from '../context.ts'

/** IFNAMSIZ of Linux, less the zero at the end. */
const MAX_INTERFACE_NAME = 15

export function l2Interfaces(context: RuleContext): void {
  const everywhere = unrestricted(context)
  for (const advertisement of context.objects.l2Advertisements) {
    const interfaces = advertisement.spec.interfaces ?? []
    if (interfaces.length === 0) continue
    const at = keySpan(advertisement, ['spec'], 'interfaces')
    const distinct = new Set(interfaces)
    context.report('V505', advertisement, {
      message: `It announces on ${quoted(distinct)} only: a node without ${distinct.size === 1 ? 'it' : 'them'} may still be elected, and then nobody answers.`,
      path: ['spec', 'interfaces'],
      at,
      hint: 'Add nodeSelectors for the nodes that have the interfaces.',
      // With nodeSelectors the author has most likely thought of it.
      ...((advertisement.spec.nodeSelectors ?? []).length > 0
        ? { hint: 'Make sure that every selected node has them.' }
        : {}),
    })
    for (const [index, name] of interfaces.entries())
      if (
        name === '' ||
        name.length > MAX_INTERFACE_NAME ||
        /[\s/]/.test(name) ||
        name === '.' ||
        name === '..'
      )
        context.report('V506', advertisement, {
          message: `No interface can be called "${name}"${/[*?]/.test(name) ? '' : ` (at most ${MAX_INTERFACE_NAME} characters, no blank, no "/")`}.`,
          path: ['spec', 'interfaces', index],
        })
      else if (/[*?[\]]/.test(name))
        context.report('V506', advertisement, {
          message: `"${name}" looks like a pattern; names are compared as they are.`,
          path: ['spec', 'interfaces', index],
        })
    overruled(context, advertisement, everywhere)
  }
}

/** Pools that some L2Advertisement announces from every node, on every interface, for every service. */
function unrestricted(context: RuleContext): { all?: L2Advertisement; pools: Map<Pool, L2Advertisement> } {
  const pools = new Map<Pool, L2Advertisement>()
  let all: L2Advertisement | undefined
  for (const advertisement of context.objects.l2Advertisements) {
    const { spec, failed } = advertisement
    const bound = [spec.interfaces, spec.nodeSelectors, spec.serviceSelectors].some(
      (list) => (list ?? []).length > 0,
    )
    const selection = context.pools.select(advertisement)
    if (bound || failed.size > 0 || selection === undefined) continue
    if (selection.all) all ??= advertisement
    else for (const pool of selection.pools) if (!pools.has(pool)) pools.set(pool, advertisement)
  }
  return { pools, ...(all === undefined ? {} : { all }) }
}

function overruled(
  context: RuleContext,
  advertisement: L2Advertisement,
  everywhere: ReturnType<typeof unrestricted>,
): void {
  const selection = context.pools.select(advertisement)
  if (selection === undefined) return
  for (const pool of selection.pools) {
    const other = everywhere.all ?? everywhere.pools.get(pool)
    if (other === undefined) continue
    context.report('V507', advertisement, {
      message: `The pool "${pool.name}" is announced on all interfaces by L2Advertisement "${other.name}", so this list of interfaces has no effect on it.`,
      path: ['spec', 'interfaces'],
      at: keySpan(advertisement, ['spec'], 'interfaces'),
      related: [related(other)],
    })
    return
  }
}
