// Incidents, as many as fit: a program that complains in ever new words must not fill the memory.
import type { Severity } from '../../config/diagnostic.ts'
import { hideSecrets } from '../../config/secrets/hide-secrets.ts'
import type { LogIncident } from '../cluster/cluster-facts.ts'
import type { Decoded } from './decode-line.ts'
import { peerInLine } from './peer-in-line.ts'

/** A LogIncident, and what a reader wants to know about it. */
export interface Incident extends LogIncident {
  readonly severity: Severity
  readonly title: string
  /** undefined: no pattern knows such lines */
  readonly meaning: string | undefined
  readonly next: readonly string[]
  /** Pods or nodes that wrote such lines, some of them */
  readonly origins: readonly string[]
}

/** Where lines come from, as far as is known. */
export interface LogOrigin {
  readonly node?: string | undefined
  readonly pod?: string | undefined
  readonly component?: string | undefined
}

export const MOST_INCIDENTS = 1000
const MOST_ORIGINS = 8
const LONGEST_EXAMPLE = 600
const OVERFLOW = 'lines of other kinds, too many to tell apart'

export interface OpenIncident {
  readonly decoded: Decoded
  readonly component: string
  readonly example: string
  count: number
  firstMs: number | undefined
  lastMs: number | undefined
  readonly nodes: Set<string>
  readonly pods: Set<string>
}

export class IncidentTable {
  readonly #incidents = new Map<string, OpenIncident>()
  readonly #most: number

  constructor(most = MOST_INCIDENTS) {
    this.#most = most
  }

  /** The incident that such a line belongs to; a new one if there is room. Its count is the caller's to raise. */
  open(decoded: Decoded, component: string, line: string): OpenIncident {
    const key = `${component} ${decoded.signature}`
    const found = this.#incidents.get(key)
    if (found !== undefined) return found
    if (this.#incidents.size < this.#most) return this.#add(key, decoded, component, line)
    const { severity } = decoded
    const rest: Decoded = { pattern: undefined, signature: OVERFLOW, severity, exact: false }
    const at = ` ${OVERFLOW} ${severity}`
    return this.#incidents.get(at) ?? this.#add(at, rest, '', line)
  }

  /** Secrets are looked for only in a line that is kept: it costs more than all else that is done with a line. */
  #add(key: string, decoded: Decoded, component: string, line: string): OpenIncident {
    const opened: OpenIncident = {
      decoded,
      component,
      example: hideSecrets(line).slice(0, LONGEST_EXAMPLE),
      count: 0,
      firstMs: undefined,
      lastMs: undefined,
      nodes: new Set(),
      pods: new Set(),
    }
    this.#incidents.set(key, opened)
    return opened
  }

  /** Errors first, then by how often. */
  get all(): Incident[] {
    return [...this.#incidents.values()]
      .filter(({ count }) => count > 0)
      .map(closed)
      .sort(byWeight)
  }
}

export function seenAt(incident: OpenIncident, atMs: number | undefined): void {
  if (atMs === undefined) return
  if (incident.firstMs === undefined || atMs < incident.firstMs) incident.firstMs = atMs
  if (incident.lastMs === undefined || atMs > incident.lastMs) incident.lastMs = atMs
}

export function seenBy({ nodes, pods }: OpenIncident, { node, pod }: LogOrigin): void {
  if (node !== undefined && nodes.size < MOST_ORIGINS) nodes.add(node)
  if (pod !== undefined && pods.size < MOST_ORIGINS) pods.add(pod)
}

function closed({
  decoded,
  component,
  example,
  count,
  firstMs,
  lastMs,
  nodes,
  pods,
}: OpenIncident): Incident {
  const { pattern, signature, severity } = decoded
  const [only, ...more] = nodes
  return {
    ...(pattern?.code === undefined ? {} : { code: pattern.code }),
    signature: hideSecrets(signature),
    severity: severity === 'debug' ? 'info' : severity,
    title: pattern?.title ?? hideSecrets(signature),
    meaning: pattern?.meaning,
    next: ROUTER_DAEMONS.has(component) ? (pattern?.next ?? []) : adviceFor(pattern?.next ?? [], example),
    first: timeText(firstMs),
    last: timeText(lastMs),
    count,
    example,
    ...(only === undefined || more.length > 0 ? {} : { node: only }),
    origins: nodes.size > 0 ? [...nodes] : [...pods],
    component,
  }
}

/** In their logs the neighbour is the node, and not the router that advice is about. */
const ROUTER_DAEMONS: ReadonlySet<string> = new Set(['bird', 'exabgp', 'openbgpd', 'router'])

/** The router of the line that is shown stands for the others that such lines may be about. */
function adviceFor(steps: readonly string[], example: string): readonly string[] {
  const router = peerInLine(example)
  return router === undefined ? steps : steps.map((step) => step.replaceAll(/\bROUTER\b/g, router))
}

/** Empty where no line had a time. */
const timeText = (atMs: number | undefined): string =>
  atMs === undefined ? '' : new Date(atMs).toISOString()

const RANK = { error: 0, warning: 1, info: 2 } as const

const byWeight = (a: Incident, b: Incident): number =>
  RANK[a.severity] - RANK[b.severity] ||
  Number(a.code === undefined) - Number(b.code === undefined) ||
  b.count - a.count ||
  (a.signature < b.signature ? -1 : 1)
