// What the machine of layer 2 is told, what it wants done, and what it has to say.
import type { Ip } from '../net/ip.ts'
import type { Announcement, AnnouncementChange } from './announcement.ts'
import type { Conflict } from './conflicts.ts'
import type { Pair } from './owned-pairs.ts'
import type { AnnouncementFrame, ForeignClaim, LinkInterface, ResponderFailure } from './ports.ts'

export type Layer2Event =
  /** all addresses that this node shall answer for from now on */
  | { readonly kind: 'wanted'; readonly announcements: readonly Announcement[] }
  /** what becomes of some addresses; the others stay as they are */
  | { readonly kind: 'changed'; readonly changes: readonly AnnouncementChange[] }
  /** all interfaces of this machine */
  | { readonly kind: 'interfaces'; readonly interfaces: readonly LinkInterface[] }
  /** an `own` effect is in force, but for these interfaces */
  | { readonly kind: 'owned'; readonly revision: number; readonly failures: readonly ResponderFailure[] }
  /** the responder met an error on an interface: it went down, or away */
  | { readonly kind: 'interface-error'; readonly failure: ResponderFailure }
  | { readonly kind: 'claim'; readonly claim: ForeignClaim }
  /** a new responder took the place of one that died, and knows nothing */
  | { readonly kind: 'responder-restarted' }
  /** `nextMs` was reached */
  | { readonly kind: 'time' }

export type Layer2Effect =
  /** what the responder shall begin and cease to answer for; without any: try what failed again */
  | {
      readonly kind: 'own'
      readonly revision: number
      readonly gone: readonly Pair[]
      readonly come: readonly Pair[]
    }
  /** behind every `own` that came before it */
  | { readonly kind: 'send'; readonly frames: readonly AnnouncementFrame[] }
  | { readonly kind: 'report'; readonly report: Layer2Report }

export type Layer2Report =
  /** names of the interfaces that are there and not excluded, be they up or down */
  | { readonly kind: 'interfaces'; readonly names: ReadonlySet<string> }
  /** answers for an address begin or end on an interface */
  | { readonly kind: 'answering' | 'silent'; readonly interfaceName: string; readonly address: Ip }
  /** tried again in `retryMs` */
  | {
      readonly kind: 'interface-failed'
      readonly interfaceName: string
      readonly code: string
      readonly retryMs: number
    }
  | { readonly kind: 'interface-recovered'; readonly interfaceName: string }
  | { readonly kind: 'conflict'; readonly conflict: Conflict }
  /** nothing is answered until the responder runs again */
  | { readonly kind: 'responder-died'; readonly cause: Error; readonly retryMs: number }
  /** the list of interfaces could not be read; the last one counts */
  | { readonly kind: 'interfaces-unknown'; readonly cause: unknown; readonly retryMs: number }
