// ARP and neighbour discovery on one interface: two packet sockets, one set of addresses, prepared answers.
// Inbound: socket → filter in the kernel → isArpRequest / isNeighborSolicitation → look-up → prepared answer, filled in → socket.
// Standards: RFC 826, RFC 4861 §7.2.4 (answers), RFC 4862 §5.4.3 (probes for duplicates are answered to all nodes).
import { refreshFrame } from '../../layer2/announcement-frames.ts'
import type { Refresh } from '../../layer2/neighbor-refresh.ts'
import type { AnswerCount, ForeignClaim, OwnedChange } from '../../layer2/ports.ts'
import type { Ip } from '../../net/ip.ts'
import type { Mac } from '../../net/mac.ts'
import { arpReplyBuffer, arpTarget, fillArpReply, isArpRequest } from '../../wire/arp/responder-frames.ts'
import { MINIMUM_FRAME_BYTES } from '../../wire/ethernet/ethernet.ts'
import {
  type AdvertisementBuffer,
  fillNeighborAdvertisement,
  isNeighborSolicitation,
  neighborAdvertisementBuffer,
  solicitedTargetWord,
} from '../../wire/ndp/responder-frames.ts'
import { type Assembled, neighbourDiscovery } from '../bpf/responder-filters.ts'
import { ERRNO, errnoName } from '../errno.ts'
import { ETH_P } from '../kernel-constants.ts'
import { type Libc, pinned } from '../libc.ts'
import { FrameBatch } from '../packet/frame-batch.ts'
import { PacketSocket } from '../packet/packet-socket.ts'
import { check } from '../system-call-error.ts'
import { ArpFilter } from './arp-filter.ts'
import { arpClaim, neighbourClaim } from './claims-in-frames.ts'
import { MulticastGroups } from './multicast-groups.ts'
import type { OwnedAddress, OwnedAddressSet } from './owned-addresses.ts'
import { arpQuestion, neighbourQuestion, type Question } from './questions-in-frames.ts'
import { SolicitedNodeGroups } from './solicited-node-groups.ts'

export interface InterfaceEvents {
  readonly onClaim: (claim: Omit<ForeignClaim, 'count' | 'interfaceName'>) => void
  readonly onError: (code: string) => void
  /** Somebody asks for an address, which may be another's; undefined: of no interest. */
  readonly onQuestion: ((question: Question, isHeld: boolean) => void) | undefined
  /** whether a hardware address is one of this host's, so that its own announcements on another link are no claim */
  readonly isOwnMac: (mac: Mac) => boolean
}

/** Frames answered per turn of the event loop, so that commands get in during a flood. */
const FRAMES_PER_TURN = 512
/** ARP frames per system call. */
const ARP_BATCH = 64
/** So many turns with one frame at most are calm, and then each of so many turns looks whether it still is. */
const CALM_TURNS = 16
const LOOK_EVERY = 16
/** Questions of one batch that are told of; the answers of a flood come first. */
const QUESTIONS_PER_BATCH = 8
/** An ARP frame has 42 bytes and padding. */
const ARP_SLOT_BYTES = 128
/** Solicitations are short; what is longer is cut, and then refused as too short for what it says. */
const FRAME_BYTES = 2048

export class InterfaceResponder {
  readonly #libc: Libc
  readonly #events: InterfaceEvents
  readonly name: string
  readonly index: number
  /** kept by others, who tell of every change */
  readonly #owned: OwnedAddressSet
  readonly #groups: SolicitedNodeGroups
  readonly #frame = pinned(FRAME_BYTES)
  readonly #requests: FrameBatch
  readonly #replies: FrameBatch
  /** whose address each reply is about */
  readonly #asked: OwnedAddress[] = []
  /** turns of the loop in a row that found one frame at most */
  #calmTurns = 0
  #arp: PacketSocket | undefined
  readonly #filter: ArpFilter
  #ndp: PacketSocket | undefined
  mac: Mac | undefined
  /** the interface was down, and may have come back with another address */
  #macUncertain = false
  #advertisement: AdvertisementBuffer | undefined

  /** Throws SystemCallError: ENODEV without such an interface. */
  constructor(libc: Libc, name: string, owned: OwnedAddressSet, events: InterfaceEvents) {
    this.#libc = libc
    this.#owned = owned
    this.name = name
    this.#events = events
    this.#filter = new ArpFilter(owned, events.onQuestion === undefined)
    this.index = check('if_nametoindex', libc.interfaceIndex(name))
    this.#groups = new SolicitedNodeGroups(new MulticastGroups(libc, this.index))
    this.#requests = new FrameBatch(libc, ARP_BATCH, ARP_SLOT_BYTES)
    this.#replies = new FrameBatch(libc, ARP_BATCH, MINIMUM_FRAME_BYTES)
  }

  /** Answers for the set as it is now. Throws SystemCallError. */
  begin(): void {
    this.changed({ gone: [], come: this.#owned.all().map(({ address }) => address) })
  }

  /** The set has changed so; also without a change, what is uncertain or failed is looked at again. Throws SystemCallError. */
  changed(change: OwnedChange): void {
    this.#groups.note(change)
    this.#openOrClose(change)
    this.#refreshMac()
    this.#groups.join()
  }

  #openOrClose({ gone, come }: OwnedChange): void {
    if (this.#owned.ipv4Count === 0) {
      this.#filter.stop()
      void this.#arp?.close()
      this.#arp = undefined
    } else if (this.#arp === undefined || gone.some(isIpv4) || come.some(isIpv4))
      this.#arp = this.#filter.changed(this.#arp, (program) =>
        this.#open(ETH_P.arp, program, () => this.#drainArp()),
      )
    if (this.#owned.ipv6Count === 0) {
      void this.#ndp?.close()
      this.#ndp = undefined
    } else this.#ndp ??= this.#open(ETH_P.ipv6, neighbourDiscovery(), () => this.#drainNdp())
  }

  #open(etherType: number, program: Assembled, onReadable: () => void): PacketSocket {
    if (!program.ok) throw new Error(`the filter does not assemble: ${program.error}`)
    const socket = PacketSocket.open(this.#libc, {
      interfaceIndex: this.index,
      etherType,
      filter: program.value,
    })
    socket.start(onReadable, (errno) => {
      this.#macUncertain = true
      this.#events.onError(errnoName(errno))
    })
    return socket
  }

  #refreshMac(): void {
    this.#macUncertain = false
    const mac = (this.#arp ?? this.#ndp)?.address()?.mac
    if (mac === undefined || mac === this.mac) return
    this.mac = mac
    for (const slot of this.#replies.slots) slot.set(arpReplyBuffer(mac))
    // RFC 4861 §7.2.4: override, since the address is nobody else's as far as we know. Source: the address itself, so
    // that no link-local address is needed.
    this.#advertisement = neighborAdvertisementBuffer({ mac, override: true, source: undefined })
  }

  /**
   * Single questions are read one at a time, which is quickest for each; when several wait, many at a time, which is quickest
   * for all. What is left, or has come meanwhile, makes the loop call again.
   */
  #drainArp(): void {
    if (this.#arp === undefined) return
    const alone = this.#calmTurns >= CALM_TURNS && this.#calmTurns % LOOK_EVERY !== 0
    if (alone) {
      this.#calmTurns++
      this.#answerArp(this.#arp, this.#arp.receiveOne(this.#requests))
      return
    }
    let count = ARP_BATCH
    for (let done = 0; done < FRAMES_PER_TURN && count === ARP_BATCH; done += count) {
      count = this.#arp.receiveBatch(this.#requests)
      this.#calmTurns = count > 1 ? 0 : this.#calmTurns + 1
      this.#answerArp(this.#arp, count)
    }
  }

  /** @param count of frames in the slots; negative: there was none */
  #answerArp(socket: PacketSocket, count: number): void {
    if (count <= 0) return
    if (this.#macUncertain) this.#refreshMac()
    let replies = 0
    for (let i = 0; i < count; i++) {
      const frame = this.#requests.slots[i]
      const reply = this.#replies.slots[replies]
      if (frame === undefined || reply === undefined) return
      const length = this.#requests.receivedBytes(i)
      if (isArpRequest(frame, 0, length)) {
        const owned = this.#owned.ipv4(arpTarget(frame, 0))
        if (owned !== undefined) {
          owned.requests++
          fillArpReply(reply, frame, 0)
          this.#asked[replies++] = owned
        }
        if (i < QUESTIONS_PER_BATCH) this.#question(() => arpQuestion(frame, length), owned !== undefined)
      }
      const claim = arpClaim(frame, length, this.#owned)
      if (claim !== undefined) this.#claim(claim)
    }
    // Nothing to answer with on an interface that has no Ethernet address.
    if (this.mac !== undefined) this.#sendReplies(socket, replies)
  }

  #sendReplies(socket: PacketSocket, count: number): void {
    let at = 0
    while (at < count) {
      const sent = socket.sendBatch(this.#replies, at, count)
      for (const end = at + sent; at < end; at++) {
        const owned = this.#asked[at]
        if (owned !== undefined) owned.answers++
      }
      // The one that stopped it is lost, as it would be alone.
      if (at < count) at++
    }
  }

  #drainNdp(): void {
    const frame = this.#frame
    for (let i = 0; i < FRAMES_PER_TURN && this.#ndp !== undefined; i++) {
      const length = this.#ndp.receive(frame)
      if (length < 0) return
      if (this.#macUncertain) this.#refreshMac()
      if (isNeighborSolicitation(frame, 0, length)) {
        const isHeld = this.#answerNdp(this.#ndp)
        if (i < QUESTIONS_PER_BATCH) this.#question(() => neighbourQuestion(frame, length), isHeld)
      }
      const claim = neighbourClaim(frame, length, this.#owned)
      if (claim !== undefined) this.#claim(claim)
    }
  }

  /** Whether the address is held here. */
  #answerNdp(socket: PacketSocket): boolean {
    const frame = this.#frame
    const word = (quarter: number) => solicitedTargetWord(frame, 0, quarter)
    const owned = this.#owned.ipv6(word(0), word(1), word(2), word(3))
    if (owned === undefined) return false
    owned.requests++
    if (this.#advertisement === undefined) return true
    fillNeighborAdvertisement(this.#advertisement, frame, 0)
    if (socket.send(this.#advertisement.frame) === 0) owned.answers++
    return true
  }

  #question(read: () => Question | undefined, isHeld: boolean): void {
    const { onQuestion, isOwnMac } = this.#events
    if (onQuestion === undefined) return
    const question = read()
    if (question !== undefined && !isOwnMac(question.asker.mac)) onQuestion(question, isHeld)
  }

  #claim(claim: Omit<ForeignClaim, 'count' | 'interfaceName'>): void {
    if (!this.#events.isOwnMac(claim.mac)) this.#events.onClaim(claim)
  }

  /** One neighbour alone is told. What cannot be sent is lost: the next one comes. */
  refresh({ address, to }: Pick<Refresh, 'address' | 'to'>): void {
    const owned = this.#owned.find(address)
    if (this.mac === undefined || owned === undefined) return
    if (this.announce(refreshFrame(this.mac, address, to)) === 0) owned.refreshes++
  }

  /** 0, or the errno. ENODEV where no address of the frame's family is owned. */
  announce(frame: Uint8Array): number {
    const etherType = ((frame[12] ?? 0) << 8) | (frame[13] ?? 0)
    const socket = etherType === ETH_P.arp ? this.#arp : this.#ndp
    return socket === undefined ? ERRNO.ENODEV : socket.send(frame)
  }

  counts(): AnswerCount[] {
    return this.#owned.all().map((each) => ({ interfaceName: this.name, ...counted(each) }))
  }

  /** Nothing is answered from here on; resolves when all sockets are closed. */
  async close(): Promise<void> {
    const sockets = [this.#arp, this.#ndp]
    this.#filter.stop()
    this.#arp = undefined
    this.#ndp = undefined
    this.#groups.close()
    await Promise.all(sockets.flatMap((socket) => (socket === undefined ? [] : [socket.close()])))
  }
}

const isIpv4 = ({ family }: Ip): boolean => family === 4

const counted = ({ address, requests, answers, refreshes }: OwnedAddress) => ({
  address,
  requests,
  answers,
  refreshes,
})
