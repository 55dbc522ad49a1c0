// What the main thread and the responder's thread say to each other. Everything is plain data that can be cloned.
import type {
  AnnouncementFrame,
  AnswerCount,
  ForeignClaim,
  OwnedChanges,
  ResponderFailure,
} from '../../layer2/ports.ts'

/** What the thread is started with. */
export interface Settings {
  /** between two refreshes of neighbours that asked; undefined: none */
  readonly refreshMs: number | undefined
}

export type Command =
  | { readonly kind: 'own'; readonly id: number; readonly changes: OwnedChanges }
  | { readonly kind: 'announce'; readonly id: number; readonly frames: readonly AnnouncementFrame[] }
  | { readonly kind: 'count'; readonly id: number }
  | { readonly kind: 'stop' }

export type Report =
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly id: number; readonly failures: readonly ResponderFailure[] }
  | { readonly kind: 'counts'; readonly id: number; readonly counts: readonly AnswerCount[] }
  | { readonly kind: 'claim'; readonly claim: ForeignClaim }
  | { readonly kind: 'interface-error'; readonly failure: ResponderFailure }
  /** start-up failed; the thread ends */
  | { readonly kind: 'refused'; readonly message: string; readonly hints: readonly string[] }
