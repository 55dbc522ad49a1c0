// Who is alive, suspect, dead or gone: what a message about a member changes. An incarnation number says which of two messages
// is newer, and only the member itself may raise it.
import type { AccusationMessage, AliveMessage } from '../wire/gossip/message.ts'
import type { NodeState } from '../wire/gossip/push-pull.ts'
import { sameVersions, versionConflict } from '../wire/gossip/versions.ts'
import type { Core } from './core.ts'
import type { MemberChange } from './effects.ts'
import { sameEndpoint } from './endpoint.ts'
import { copyOf, isGone, type MemberRecord } from './member-table.ts'
import { addressConflict, declaredDead, refuting, tooManyMembers, versionsDiffer } from './notices.ts'
import { MOST_MEMBERS } from './settings.ts'
import { Suspicions } from './suspicions.ts'

export class Membership {
  readonly #core: Core
  readonly #suspicions: Suspicions

  constructor(core: Core) {
    this.#core = core
    this.#suspicions = new Suspicions(core)
  }

  /** Our own entry in the list, which is told to the others from now on. */
  start(): void {
    const { name, advertise, meta, versions } = this.#core.self
    const message: AliveMessage = {
      ...{ kind: 'alive', incarnation: 1, node: name, meta, versions },
      ...{ address: advertise.address, port: advertise.port },
    }
    const record = this.#add(message)
    record.state = 'alive'
    record.incarnation = 1
    this.#core.broadcast(name, message)
  }

  /** Takes over members that are alive and unknown to us, and tells nobody. */
  recall(nodes: readonly NodeState[]): void {
    for (const { name: node, state, ...rest } of nodes)
      if (state === 'alive' && this.#core.members.get(node) === undefined) {
        const member = this.#add({ kind: 'alive', node, ...rest })
        this.#change(member, 'alive', rest.incarnation)
        this.#report('join', member)
      }
  }

  setMeta(meta: Uint8Array): void {
    const me = this.#core.members.get(this.#core.self.name)
    if (me === undefined) return
    me.meta = meta
    me.incarnation++
    this.#core.broadcast(me.name, aliveMessage(me))
  }

  alive(told: AliveMessage): void {
    const core = this.#core
    const self = core.isSelf(told.node)
    if (self && core.leaving) return
    const { versions } = told
    if (versions !== undefined && (versions.protocolMin === 0 || versions.protocolMin > versions.protocolMax))
      return
    // Members of protocol 1 have no port of their own: all use the same.
    const message = told.port === 0 ? { ...told, port: core.self.advertise.port } : told
    const known = core.members.get(message.node)
    const moved = known !== undefined && !sameEndpoint(known, message)
    // Who said goodbye may come back with another address; anybody else with our name for it is an impostor.
    if (moved && known.state !== 'left') {
      core.say(addressConflict(known, known.state, message))
      return
    }
    if (known === undefined && core.members.size >= MOST_MEMBERS) {
      core.say(tooManyMembers(MOST_MEMBERS, message.node))
      return
    }
    const member = known ?? this.#add(message)
    if (self ? message.incarnation < member.incarnation : message.incarnation <= member.incarnation && !moved)
      return
    this.#suspicions.end(message.node)
    if (self) this.#objectToAlive(member, message)
    else this.#accept(member, message)
  }

  suspect(told: AccusationMessage): void {
    const core = this.#core
    const member = core.members.get(told.node)
    if (member === undefined) return
    if (told.incarnation < member.incarnation) {
      this.#repeatRefutation(member)
      return
    }
    if (this.#suspicions.has(told.node)) {
      // News is told on, so that confirmations of independent members reach everybody.
      if (this.#suspicions.confirm(told)) core.broadcast(told.node, told)
      return
    }
    if (member.state !== 'alive') return
    if (core.isSelf(told.node)) {
      this.#refute(member, told.incarnation)
      core.say(refuting('suspect', told.from))
      return
    }
    core.broadcast(told.node, told)
    this.#change(member, 'suspect', told.incarnation)
    this.#suspicions.start(told)
  }

  dead(told: AccusationMessage): void {
    const core = this.#core
    const member = core.members.get(told.node)
    if (member === undefined || told.incarnation < member.incarnation) return
    this.#suspicions.end(told.node)
    if (isGone(member)) return
    const self = core.isSelf(told.node)
    if (self && !core.leaving) {
      this.#refute(member, told.incarnation)
      core.say(refuting('dead', told.from))
      return
    }
    core.broadcast(told.node, told)
    this.#change(member, told.node === told.from ? 'left' : 'dead', told.incarnation)
    if (!self) this.#report('leave', member)
  }

  /** A suspect is being asked over TCP; later confirmations need not wait for it. */
  lastWord(node: string): void {
    this.#suspicions.hear(node)
  }

  /** The time of a suspect is over. */
  suspicionTimeout(node: string): void {
    const member = this.#core.members.get(node)
    if (member === undefined || !this.#suspicions.has(node)) return
    this.#core.say(declaredDead(node, this.#suspicions.confirmations(node)))
    this.dead({ kind: 'dead', incarnation: member.incarnation, node, from: this.#core.self.name })
  }

  /**
   * Takes over what somebody believes of everybody, or nothing when not all could understand each other.
   * @returns why not; undefined when it was taken
   */
  merge(nodes: readonly NodeState[]): string | undefined {
    const conflict = versionConflict(nodes, this.#core.members.all)
    if (conflict !== undefined) {
      const notice = versionsDiffer(conflict)
      this.#core.say(notice)
      return notice.text
    }
    for (const node of nodes) this.#mergeOne(node)
    return undefined
  }

  #mergeOne({ name: node, incarnation, state, ...node_ }: NodeState): void {
    if (state === 'alive') this.alive({ kind: 'alive', node, incarnation, ...node_ })
    else if (state === 'left') this.dead({ kind: 'dead', node, incarnation, from: node })
    // Whom somebody believes dead, we suspect: it may object where it could not be heard.
    else this.suspect({ kind: 'suspect', node, incarnation, from: this.#core.self.name })
  }

  #add({ node: name, address, port, meta, versions }: AliveMessage): MemberRecord {
    const member: MemberRecord = {
      ...{ name, address, port, meta, versions },
      ...{ state: 'dead', incarnation: 0, stateChangedMs: this.#core.nowMs },
    }
    this.#core.members.add(member)
    return member
  }

  #accept(member: MemberRecord, message: AliveMessage): void {
    const wasGone = isGone(member)
    const metaChanged = !sameBytes(member.meta, message.meta)
    this.#core.broadcast(member.name, message)
    member.address = message.address
    member.port = message.port
    member.meta = message.meta
    if (message.versions !== undefined) member.versions = message.versions
    this.#change(member, 'alive', message.incarnation)
    if (wasGone) this.#report('join', member)
    else if (metaChanged) this.#report('update', member)
  }

  /** Somebody tells of us what we did not say: before a restart we may have said so, with the same incarnation. */
  #objectToAlive(me: MemberRecord, told: AliveMessage): void {
    const same = sameBytes(told.meta, me.meta) && sameVersions(told.versions, me.versions)
    if (told.incarnation === me.incarnation && same) return
    this.#refute(me, told.incarnation)
    this.#core.say(refuting('alive', undefined))
  }

  #refute(me: MemberRecord, accusedIncarnation: number): void {
    me.incarnation = Math.max(me.incarnation, accusedIncarnation) + 1
    this.#core.awareness.apply(1)
    this.#core.broadcast(me.name, aliveMessage(me))
  }

  /**
   * Somebody still repeats an accusation that we refuted: the refutation did not reach it. memberlist says nothing more then, and
   * where every fifth packet is lost it is declared dead by such a member now and then.
   */
  #repeatRefutation(member: MemberRecord): void {
    const core = this.#core
    if (core.isSelf(member.name) && !core.leaving && !core.queue.has(member.name))
      core.broadcast(member.name, aliveMessage(member))
  }

  #change(member: MemberRecord, state: MemberRecord['state'], incarnation: number): void {
    member.incarnation = incarnation
    if (member.state !== state) member.stateChangedMs = this.#core.nowMs
    member.state = state
  }

  #report(change: MemberChange, member: MemberRecord): void {
    this.#core.emit({ kind: 'member', change, member: copyOf(member) })
  }
}

const aliveMessage = ({ name, incarnation, address, port, meta, versions }: MemberRecord): AliveMessage => ({
  ...{ kind: 'alive', node: name, incarnation },
  ...{ address, port, meta, versions },
})

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a === b || (a.length === b.length && a.every((byte, i) => byte === b[i]))
