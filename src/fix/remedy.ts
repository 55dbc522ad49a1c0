// What could be changed so that a finding goes away: data, from which the diff, the writes, the way back and the words are made.
import type { Json, KubeObject } from '../config/kube-object.ts'
import type { Fix } from '../diagnose/finding.ts'
import type { ObjectRef } from '../migrate/ports.ts'

/** One value of an object. `undefined`: not there. */
export interface Edit {
  /** keys from the root of the object; a list is one value */
  readonly path: readonly string[]
  readonly before: Json | undefined
  readonly after: Json | undefined
}

/** One setting of a kernel: `net.ipv4.conf.all.rp_filter`. */
export interface Setting {
  readonly key: string
  readonly before: string
  readonly after: string
}

export type Change =
  | { readonly kind: 'create'; readonly object: KubeObject }
  | { readonly kind: 'edit'; readonly ref: ObjectRef; readonly edits: readonly Edit[] }
  | { readonly kind: 'sysctl'; readonly host: string; readonly settings: readonly Setting[] }

/** What a code's remedy writes: changes, with what a person wants to know before saying yes. Whole sentences. */
export interface RemedyDraft {
  readonly changes: readonly Change[]
  /** what is done */
  readonly summary: string
  /** why that helps */
  readonly why: string
  /** what could go wrong, or gets worse, in one sentence */
  readonly risk: string
  /** what is left for a person to do after it */
  readonly next?: readonly Fix[]
}

/** A way out that is known and that lbctl does not take by itself, with the reason. */
export interface ByHand {
  /** one sentence or two */
  readonly reason: string
}

/** Several drafts: the smallest change first; the first one that is computed to help is taken. */
export type RemedyAnswer = readonly RemedyDraft[] | ByHand

export const byHand = (reason: string): ByHand => ({ reason })

export interface Prediction {
  /** the finding is gone in the facts as they would be; undefined: it came from probes, events or logs, and only a new look can tell */
  readonly gone: boolean | undefined
  /** titles of findings that would be there then, and were not before: `F08 The Service …` */
  readonly fresh: readonly string[]
}

export interface Remedy extends RemedyDraft {
  /** code of the finding that it is for */
  readonly code: string
  /** subject and title of that finding */
  readonly subject: string
  readonly title: string
  readonly prediction: Prediction
}

/** A finding, and what can be done about it. */
export interface FindingWithRemedy {
  readonly code: string
  readonly subject: string
  readonly title: string
  readonly severity: 'error' | 'warning' | 'info'
  readonly remedy: Remedy | ByHand
}

export const isRemedy = (value: Remedy | ByHand): value is Remedy => 'changes' in value
