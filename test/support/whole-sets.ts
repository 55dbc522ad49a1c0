// A responder that is told whole sets, for tests that say what is so and not what became different.
import type { OwnedChange, Responder, ResponderFailure } from '../../src/layer2/ports.ts'
import type { Ip } from '../../src/net/ip.ts'

type Owned = ReadonlyMap<string, readonly Ip[]>

export class WholeSets implements Responder {
  readonly #responder: Responder
  #owned: Owned = new Map()
  readonly changeOwned: Responder['changeOwned']
  readonly announce: Responder['announce']
  readonly counts: Responder['counts']
  readonly stop: Responder['stop']

  constructor(responder: Responder) {
    this.#responder = responder
    this.changeOwned = (changes) => responder.changeOwned(changes)
    this.announce = (frames) => responder.announce(frames)
    this.counts = () => responder.counts()
    this.stop = () => responder.stop()
  }

  setOwned(owned: Owned): Promise<readonly ResponderFailure[]> {
    const changes = new Map<string, OwnedChange>()
    for (const name of new Set([...this.#owned.keys(), ...owned.keys()])) {
      const [before, now] = [this.#owned.get(name) ?? [], owned.get(name) ?? []]
      changes.set(name, { gone: missing(now, before), come: missing(before, now) })
    }
    this.#owned = owned
    return this.#responder.changeOwned(changes)
  }
}

function missing(some: readonly Ip[], all: readonly Ip[]): Ip[] {
  const there = new Set(some.map(({ value }) => value))
  return all.filter(({ value }) => !there.has(value))
}
