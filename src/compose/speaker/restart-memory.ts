// What a speaker leaves behind for the next one: that routers may still hold its routes (graceful restart, RFC 4724). Kept where the
// status socket is, which a reboot empties: after one, nothing was forwarded meanwhile either.
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { RESTART_SECONDS } from '../../speaker/bgp/peer-sessions.ts'

const FILE = 'graceful-restart.json'

export class RestartMemory {
  readonly #path: string
  #kept = false

  /** @param directory one that exists */
  constructor(directory: string) {
    this.#path = join(directory, FILE)
  }

  /**
   * Whether routers may hold routes of the speaker before this one. Of one that died without a word the time is not known; that
   * counts as yes, since saying so wrongly only keeps a router from waiting for us.
   * @param nowMs milliseconds since 1970
   */
  isRestart(nowMs: number): boolean {
    try {
      const { leftAtMs } = JSON.parse(readFileSync(this.#path, 'utf8')) as { leftAtMs?: number }
      return leftAtMs === undefined || Math.abs(nowMs - leftAtMs) < RESTART_SECONDS * 1000
    } catch {
      // There is none, or nothing that we have written.
      return false
    }
  }

  /** A session has agreed on graceful restart: from now on the death of this process leaves routes behind. */
  sessionIsUp(): void {
    if (!this.#kept) this.#write({})
    this.#kept = true
  }

  /** @param routesAreKept whether any router keeps the routes. @param nowMs milliseconds since 1970 */
  leave(routesAreKept: boolean, nowMs: number): void {
    if (routesAreKept) this.#write({ leftAtMs: nowMs })
    else rmSync(this.#path, { force: true })
  }

  #write(value: { readonly leftAtMs?: number }): void {
    try {
      writeFileSync(this.#path, `${JSON.stringify(value)}\n`)
    } catch {
      // A full disk costs the routers a moment of waiting and is no reason to stop.
    }
  }
}
