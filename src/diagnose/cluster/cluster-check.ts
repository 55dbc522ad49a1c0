// A check of an installation: one question to the facts, with the place in the chain that it is about.

import type { ServiceKey } from '../../speaker/facts/facts.ts'
import type { Finding, FindingDraft } from '../finding.ts'
import type { PlaneName } from './cluster-facts.ts'
import type { ClusterView } from './cluster-view.ts'

/** The way of a Service and of its packets, in order: where it breaks first is the verdict. */
export const CHAIN = [
  'installation',
  'configuration',
  'allocation',
  'advertisement',
  'candidates',
  'owner',
  'wire',
  'data path',
  'endpoints',
  'return path',
] as const
export type Link = (typeof CHAIN)[number]

/** Services that do not work because of it, or all that there are and will be. */
export type Affected = 'installation' | readonly ServiceKey[]

/**
 * `now`: Services get no address, or their packets do not arrive, today. `some day`: all goes on as it is until something else
 * happens, as an edit, a restart, a failure, or the next Service.
 */
export type Breaks = 'now' | 'some day'

/** A finding as a check of an installation writes it. Its code is that of the check unless it says otherwise. */
export type ClusterDraft = Omit<FindingDraft, 'code'> & {
  readonly code?: string
  readonly affects: Affected
  /** see `breaksOf` for what it is when it is not said */
  readonly breaks?: Breaks
} & Kinship

/** What the table of codes cannot say of a finding, for it knows codes alone. */
export interface Kinship {
  /** the objects themselves prove why it is so: it stays when what usually leads to it is mended */
  readonly standsAlone?: boolean
  /** of the codes that may follow from its own, those alone that follow from this finding */
  readonly mayCause?: readonly string[]
  /** title of the finding of another check that explains it, wherever both stand in the chain */
  readonly explainedBy?: string
  /** stands for what is left of a long list, and comes after the others of its kind, however much it is about */
  readonly isSum?: boolean
}

/** An error breaks Services now unless it says otherwise, and what is milder does not. */
export const breaksOf = ({ breaks, severity }: Pick<ClusterDraft, 'breaks' | 'severity'>): Breaks =>
  breaks ?? (severity === 'error' ? 'now' : 'some day')

export type ClusterOutcome =
  | { readonly result: 'pass'; readonly note: string }
  | { readonly result: 'fail'; readonly findings: readonly ClusterDraft[] }
  | { readonly result: 'skip'; readonly reason: string }
  | { readonly result: 'unknown'; readonly reason: string }

export interface ClusterCheck {
  /** kebab-case, stable: it is in the JSON */
  readonly id: string
  /** code of its findings: `F01` */
  readonly code: string
  readonly link: Link
  /** the healthy statement */
  readonly title: string
  /** without these it cannot be answered; what else it looks at makes it surer only */
  readonly needs: readonly PlaneName[]
  readonly evaluate: (view: ClusterView) => ClusterOutcome
}

export interface ClusterFinding extends Finding, Kinship {
  readonly link: Link
  /** id of the check */
  readonly check: string
  readonly affects: Affected
  /** the worse of what it does itself and what follows from it */
  readonly breaks: Breaks
  /** what follows from it, and goes with it */
  readonly consequences: readonly ClusterFinding[]
}

export const pass = (note: string): ClusterOutcome => ({ result: 'pass', note })
export const skip = (reason: string): ClusterOutcome => ({ result: 'skip', reason })
export const unknown = (reason: string): ClusterOutcome => ({ result: 'unknown', reason })

/** Fails with what was found, or passes when that is nothing. */
export const failOr = (findings: readonly ClusterDraft[], note: string): ClusterOutcome =>
  findings.length === 0 ? pass(note) : { result: 'fail', findings }
