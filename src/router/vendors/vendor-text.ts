// What every vendor's file makes, and the words that they share.
import { formatIp } from '../../net/ip.ts'
import type { PlannedBfd, PlannedNeighbour, RouterPlan } from '../plan/router-plan.ts'

export interface VendorText {
  readonly lines: readonly string[]
  /** what this vendor cannot do, or what is left for the reader to do: sentences */
  readonly notes: readonly string[]
}

export type Renderer = (plan: RouterPlan) => VendorText

/** Columns of a comment. */
const WIDTH = 72

/** A comment in front of lines, broken at blanks. */
export function comment(mark: string, text: string, indent = ''): string[] {
  const lines: string[] = []
  let line = `${indent}${mark}`
  for (const word of text.split(' ')) {
    if (line.length + 1 + word.length > WIDTH && line !== `${indent}${mark}`) {
      lines.push(line)
      line = `${indent}${mark}`
    }
    line += ` ${word}`
  }
  return [...lines, line]
}

export function heading(mark: string, plan: RouterPlan, vendor: string): string[] {
  const where = plan.addresses.map(formatIp).join(' and ') || 'with unnumbered sessions'
  const nodes = new Set(plan.neighbours.map(({ node }) => node)).size
  const peers = `BGPPeer${plan.peers.length === 1 ? '' : 's'} ${plan.peers.join(', ')}`
  return [
    ...comment(mark, `Router ${where}, AS ${plan.asn}: ${nodes} node${nodes === 1 ? '' : 's'}, ${peers}.`),
    ...comment(mark, `Made by "lbctl router config --vendor ${vendor}".`),
  ]
}

/** How a neighbour is called where there is room for words. */
export const describeNeighbour = ({ node, peer }: PlannedNeighbour): string => `${node}, BGPPeer ${peer}`

/** The address of the node, or the router's interface towards it. */
export const neighbourKey = (one: PlannedNeighbour): string =>
  one.address === undefined ? (one.interface ?? `IF-TO-${one.node.toUpperCase()}`) : formatIp(one.address)

/** The password if it is to be seen, or what stands for it. */
export const passwordText = (one: PlannedNeighbour): string | undefined =>
  one.password === undefined ? undefined : (one.password.value ?? one.password.placeholder)

/** Room for a few nodes more; several equal paths need at least two. */
const LEAST_PATHS = 8
export const pathCount = (nodes: number, most: number): number => Math.min(most, Math.max(nodes, LEAST_PATHS))

export const bfdOf = (plan: RouterPlan, one: PlannedNeighbour): PlannedBfd | undefined =>
  plan.bfdProfiles.find(({ name }) => name === one.bfd)

/** Remarks that hold for every vendor. */
export function commonNotes(plan: RouterPlan): string[] {
  const notes: string[] = []
  const placeholders = new Set(
    plan.neighbours.flatMap(({ password }) =>
      password === undefined || password.value !== undefined ? [] : [password.placeholder],
    ),
  )
  if (placeholders.size > 0)
    notes.push(`Put the real password in place of ${[...placeholders].join(', ')}: it is not shown here.`)
  if (plan.port !== 179)
    notes.push(`The nodes connect to port ${plan.port}, so the router has to listen there.`)
  for (const { name, limits } of plan.filters)
    if (limits[4].cut || limits[6].cut)
      notes.push(`The pools of ${name} hold more prefixes than a router should take; the limit is 100000.`)
  if (plan.neighbours.some(({ hops }) => hops.kind === 'ttl-security'))
    notes.push('TTL security works only with nodes that send with TTL 255; those of MetalLB do not.')
  return notes
}

/** Where the password goes on to the end of a word, and no quotes help. */
export function unwritablePasswords(
  plan: RouterPlan,
  forbidden: RegExp,
  vendor: string,
  what: string,
): string[] {
  const found = plan.neighbours.some(({ password }) => forbidden.test(password?.value ?? ''))
  return found ? [`${vendor} takes no password with ${what}: choose another one, on both sides.`] : []
}
