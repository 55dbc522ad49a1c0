// All interfaces of the responder, in its thread.
import type {
  AnnouncementFrame,
  AnswerCount,
  OwnedChange,
  OwnedChanges,
  ResponderFailure,
} from '../../layer2/ports.ts'
import { errnoName } from '../errno.ts'
import type { Libc } from '../libc.ts'
import { SystemCallError } from '../system-call-error.ts'
import { ForeignClaims } from './foreign-claims.ts'
import { InterfaceResponder } from './interface-responder.ts'
import type { Report } from './messages.ts'
import { OwnedAddressSet } from './owned-addresses.ts'
import { RefreshTimer } from './refresh-timer.ts'

export class ResponderCore {
  readonly #libc: Libc
  readonly #report: (report: Report) => void
  /** what shall be answered for, also where that is not possible now */
  readonly #owned = new Map<string, OwnedAddressSet>()
  readonly #interfaces = new Map<string, InterfaceResponder>()
  readonly #claims: ForeignClaims
  readonly #refresh: RefreshTimer | undefined

  /** @param refreshMs between two refreshes of neighbours that asked; undefined: none */
  constructor(libc: Libc, report: (report: Report) => void, refreshMs: number | undefined) {
    this.#libc = libc
    this.#report = report
    if (refreshMs !== undefined)
      this.#refresh = new RefreshTimer(refreshMs, (refresh) =>
        this.#interfaces.get(refresh.interfaceName)?.refresh(refresh),
      )
    this.#claims = new ForeignClaims((claim) => report({ kind: 'claim', claim }))
  }

  /** Withdrawals first, so that none waits for an interface that is hard to open. */
  change(changes: OwnedChanges): ResponderFailure[] {
    for (const [name, change] of changes) this.#keep(name, change)
    for (const [name, responder] of this.#interfaces) {
      // A name may now belong to another interface: deleted and made again.
      if (this.#owned.has(name) && this.#libc.interfaceIndex(name) === responder.index) continue
      void responder.close()
      this.#interfaces.delete(name)
    }
    const failures: ResponderFailure[] = []
    for (const [interfaceName, owned] of this.#owned) {
      try {
        const open = this.#interfaces.get(interfaceName)
        if (open === undefined) this.#open(interfaceName, owned).begin()
        else open.changed(changes.get(interfaceName) ?? NO_CHANGE)
      } catch (error) {
        if (!(error instanceof SystemCallError)) throw error
        failures.push({ interfaceName, code: error.code })
      }
    }
    return failures
  }

  #keep(name: string, { gone, come }: OwnedChange): void {
    const owned = this.#owned.get(name) ?? new OwnedAddressSet()
    for (const address of gone) owned.delete(address)
    for (const address of come) owned.add(address)
    this.#refresh?.changed(name, { gone, come })
    if (owned.isEmpty) this.#owned.delete(name)
    else this.#owned.set(name, owned)
  }

  #open(interfaceName: string, owned: OwnedAddressSet): InterfaceResponder {
    const responder = new InterfaceResponder(this.#libc, interfaceName, owned, {
      onClaim: (claim) => this.#claims.add({ interfaceName, ...claim }, performance.now()),
      onError: (code) => this.#report({ kind: 'interface-error', failure: { interfaceName, code } }),
      onQuestion:
        this.#refresh === undefined
          ? undefined
          : (question, isHeld) => this.#refresh?.asked(interfaceName, question, isHeld),
      isOwnMac: (mac) => [...this.#interfaces.values()].some((each) => each.mac === mac),
    })
    this.#interfaces.set(interfaceName, responder)
    return responder
  }

  announce(frames: readonly AnnouncementFrame[]): ResponderFailure[] {
    const failures: ResponderFailure[] = []
    for (const { interfaceName, frame } of frames) {
      const responder = this.#interfaces.get(interfaceName)
      if (responder === undefined) {
        failures.push({ interfaceName, code: 'ENODEV' })
        continue
      }
      const errno = responder.announce(frame)
      if (errno !== 0) failures.push({ interfaceName, code: errnoName(errno) })
    }
    return failures
  }

  counts(): AnswerCount[] {
    return [...this.#interfaces.values()].flatMap((responder) => responder.counts())
  }

  async close(): Promise<void> {
    this.#refresh?.stop()
    const responders = [...this.#interfaces.values()]
    this.#interfaces.clear()
    await Promise.all(responders.map((responder) => responder.close()))
  }
}

const NO_CHANGE: OwnedChange = { gone: [], come: [] }
