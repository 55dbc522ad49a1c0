// Who answers for what on which interface, and when it is told to everybody: decisions only. Time comes with each event; `nextMs`
// says when the next one is wanted at the latest.
// Standards: RFC 826; RFC 5227 §2.3 (announcements); RFC 4861 §7.2.6 (unsolicited advertisements).
import { formatIp } from '../net/ip.ts'
import { type AnnouncementChange, changesTo } from './announcement.ts'
import { announcementFrames } from './announcement-frames.ts'
import { Bursts, type Due } from './bursts.ts'
import { type Conflict, Conflicts } from './conflicts.ts'
import type { Layer2Effect, Layer2Event, Layer2Report } from './events.ts'
import { FailingInterfaces } from './failing-interfaces.ts'
import { type Owned, OwnedPairs, type PairChanges, pairKey } from './owned-pairs.ts'
import type { AnnouncementFrame, ForeignClaim, LinkInterface, ResponderFailure } from './ports.ts'
import { answersAlike, isAnother, type Link, suitability, type Unsuitable } from './suitability.ts'

export interface Layer2MachineOptions {
  readonly excludes: (interfaceName: string) => boolean
  /** between two announcements of an address that is held for long; undefined: none */
  readonly repeatMs: number | undefined
}

export class Layer2Machine {
  readonly #options: Layer2MachineOptions
  readonly #bursts: Bursts
  readonly #failing = new FailingInterfaces()
  readonly #conflicts = new Conflicts()
  readonly #gratuitous = new Map<string, number>()
  readonly #pairs = new OwnedPairs()
  #links: ReadonlyMap<string, Link> = new Map()
  #unsuitable: ReadonlyMap<string, Unsuitable> = new Map()
  /** pairs whose first announcement waits until they are answered for */
  readonly #awaiting = new Map<string, Due & { readonly revision: number }>()
  /** interfaces that were down for a moment, whatever the list says */
  readonly #flapped = new Set<string>()
  #revision = 0

  constructor(options: Layer2MachineOptions) {
    this.#options = options
    this.#bursts = new Bursts(options.repeatMs)
  }

  /** @param nowMs of a clock that never goes back */
  handle(event: Layer2Event, nowMs: number): readonly Layer2Effect[] {
    const effects: Layer2Effect[] = []
    this.#handle(event, nowMs, effects)
    const frames = this.#bursts.take(nowMs).flatMap((due) => this.#framesOf(due))
    if (frames.length > 0) effects.push({ kind: 'send', frames })
    return effects
  }

  #handle(event: Layer2Event, nowMs: number, effects: Layer2Effect[]): void {
    switch (event.kind) {
      case 'wanted':
        this.#takeWanted(changesTo(event.announcements, this.#pairs.wanted), effects)
        break
      case 'changed':
        this.#takeWanted(event.changes, effects)
        break
      case 'interfaces':
        this.#takeInterfaces(event.interfaces, nowMs, effects)
        break
      case 'owned':
        this.#answering(event.revision, event.failures, nowMs, effects)
        break
      case 'interface-error':
        this.#flapped.add(event.failure.interfaceName)
        break
      case 'claim':
        this.#claimed(event.claim, nowMs, effects)
        break
      case 'responder-restarted':
        this.#failing.clear()
        this.#reconcile(NOTHING, [...this.owned.keys()], effects)
        break
      case 'time':
        if (this.#failing.retry(nowMs)) this.#own(NOTHING, effects)
    }
  }

  #takeWanted(changes: readonly AnnouncementChange[], effects: Layer2Effect[]): void {
    for (const { address, interfaces } of changes) {
      if (interfaces !== undefined) continue
      const text = formatIp(address)
      this.#conflicts.forget(text)
      this.#gratuitous.delete(text)
    }
    this.#reconcile(this.#pairs.change(changes), [], effects)
  }

  #takeInterfaces(list: readonly LinkInterface[], nowMs: number, effects: Layer2Effect[]): void {
    const before = this.#links
    const known = new Set(this.interfaceNames)
    const links = new Map<string, Link>()
    const unsuitable = new Map<string, Unsuitable>()
    for (const each of list) {
      if (this.#options.excludes(each.name)) continue
      const result = suitability(each)
      if (result.ok) links.set(each.name, result.link)
      else unsuitable.set(each.name, result.why)
    }
    this.#links = links
    this.#unsuitable = unsuitable
    const names = this.interfaceNames
    if (names.size !== known.size || [...names].some((name) => !known.has(name)))
      effects.push(report({ kind: 'interfaces', names }))
    const others = [...links.values()].filter((link) => isAnother(before.get(link.name), link))
    // Pods come and go, and their interfaces with them: most changes are of no interest.
    if (!answersAlike(before, links))
      this.#reconcile(
        this.#pairs.setLinks(links),
        others.map(({ name }) => name),
        effects,
      )
    for (const link of links.values())
      if (this.#cameBack(before.get(link.name), link)) this.#repeat(link.name, nowMs)
  }

  /** Switches forget what was behind a port that went down, and neighbours behind it may be others. */
  #cameBack(before: Link | undefined, now: Link): boolean {
    if (!now.carrier) return false
    const flapped = this.#flapped.delete(now.name)
    return flapped || before?.carrier === false
  }

  #repeat(interfaceName: string, nowMs: number): void {
    for (const [text, address] of this.owned.get(interfaceName) ?? []) {
      const key = pairKey(interfaceName, text)
      if (!this.#awaiting.has(key)) this.#bursts.start(key, { interfaceName, address }, nowMs)
    }
  }

  /** @param renewed interfaces whose addresses have to be taken and announced anew */
  #reconcile({ gone, come }: PairChanges, renewed: readonly string[], effects: Layer2Effect[]): void {
    for (const { interfaceName, address, key } of gone) {
      this.#bursts.stop(key)
      this.#awaiting.delete(key)
      effects.push(report({ kind: 'silent', interfaceName, address }))
    }
    for (const name of [...this.#failing.names()]) if (!this.owned.has(name)) this.#failing.delete(name)
    const again = renewed.length === 0 ? [] : this.#pairs.pairsOn(renewed)
    if (gone.length + come.length + again.length === 0) return
    this.#own({ gone, come: again.length === 0 ? come : [...come, ...again] }, effects)
  }

  #own(changes: PairChanges, effects: Layer2Effect[]): void {
    const revision = ++this.#revision
    effects.push({ kind: 'own', revision, gone: changes.gone, come: changes.come })
    for (const { key, interfaceName, address } of changes.come)
      this.#awaiting.set(key, { interfaceName, address, revision })
  }

  /**
   * An interface that failed may still answer in part (a group that cannot be joined leaves ARP alone), so it is announced on all the
   * same; where it does not, the frames go nowhere.
   */
  #answering(
    revision: number,
    failures: readonly ResponderFailure[],
    nowMs: number,
    effects: Layer2Effect[],
  ): void {
    const { failed, recovered } = this.#failing.update(failures, nowMs)
    for (const failure of failed) effects.push(report({ kind: 'interface-failed', ...failure }))
    for (const interfaceName of recovered) {
      effects.push(report({ kind: 'interface-recovered', interfaceName }))
      this.#repeat(interfaceName, nowMs)
    }
    for (const [key, { interfaceName, address, revision: wanted }] of this.#awaiting) {
      if (wanted > revision) continue
      this.#awaiting.delete(key)
      this.#bursts.start(key, { interfaceName, address }, nowMs)
      effects.push(report({ kind: 'answering', interfaceName, address }))
    }
  }

  #claimed(claim: ForeignClaim, nowMs: number, effects: Layer2Effect[]): void {
    const text = formatIp(claim.address)
    // It was on its way while the address was given up.
    if (this.owned.get(claim.interfaceName)?.has(text) !== true) return
    const isFresh = this.#bursts.isFresh(pairKey(claim.interfaceName, text), nowMs)
    const conflict = this.#conflicts.add(claim, isFresh, nowMs)
    if (conflict !== undefined) effects.push(report({ kind: 'conflict', conflict }))
  }

  #framesOf({ interfaceName, address }: Due): AnnouncementFrame[] {
    const link = this.#links.get(interfaceName)
    if (link === undefined) return []
    const frames = announcementFrames(link, address)
    const text = formatIp(address)
    this.#gratuitous.set(text, (this.#gratuitous.get(text) ?? 0) + frames.length)
    return frames.map((frame) => ({ interfaceName, frame }))
  }

  /** When `time` is wanted; undefined: not before another event. */
  get nextMs(): number | undefined {
    const times = [this.#bursts.nextMs, this.#failing.nextMs].filter((each) => each !== undefined)
    return times.length === 0 ? undefined : Math.min(...times)
  }

  get interfaceNames(): ReadonlySet<string> {
    return new Set([...this.#links.keys(), ...this.#unsuitable.keys()])
  }

  /** Why nothing is answered on an interface that is not excluded. */
  get unsuitable(): ReadonlyMap<string, Unsuitable> {
    return this.#unsuitable
  }

  get owned(): Owned {
    return this.#pairs.owned
  }

  /** Code of the error on each interface that does not work now. */
  get failing(): ReadonlyMap<string, string> {
    return this.#failing.codes()
  }

  /** Gratuitous frames by text of an address: two of ARP, one of neighbour discovery, in each round. */
  get gratuitous(): ReadonlyMap<string, number> {
    return this.#gratuitous
  }

  conflicts(nowMs: number): readonly Conflict[] {
    return this.#conflicts.current(nowMs)
  }
}

const NOTHING: PairChanges = { gone: [], come: [] }

const report = (report: Layer2Report): Layer2Effect => ({ kind: 'report', report })
