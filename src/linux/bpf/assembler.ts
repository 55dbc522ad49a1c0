// Classic BPF, the language of socket filters: instructions with labels in, the kernel's array of sock_filter out.
// Conditional jumps reach 255 instructions; where a target is further away, an unconditional jump is put in between.
// Jumps only go forward, so every program ends.
import { err, ok, type Result } from '../../net/result.ts'

/** One finished instruction, as struct sock_filter has it. */
export interface BpfInstruction {
  readonly code: number
  readonly jt: number
  readonly jf: number
  /** unsigned, 32 bits */
  readonly k: number
}

export type BpfProgram = readonly BpfInstruction[]

/** BPF_MAXINSNS: longer programs are refused by the kernel. */
export const MAX_INSTRUCTIONS = 4096

/** linux/bpf_common.h: class, size or operation, and mode or source, added up. */
export const BPF = {
  ld: { word: 0x20, half: 0x28, byte: 0x30, length: 0x80 },
  /** the same at X + k */
  ldIndirect: { word: 0x40, half: 0x48, byte: 0x50 },
  ldImmediate: 0x00,
  /** X = 4 × (byte at k & 15): the length of an IPv4 header */
  ldxHeaderLength: 0xb1,
  ldxImmediate: 0x01,
  and: 0x54,
  shiftRight: 0x74,
  tax: 0x07,
  txa: 0x87,
  jump: { always: 0x05, equal: 0x15, greater: 0x25, atLeast: 0x35, anyBit: 0x45 },
  ret: 0x06,
} as const

/** Loads at these offsets read facts about the frame, not its bytes (linux/filter.h, SKF_AD_OFF + …). */
export const ANCILLARY = {
  packetType: 0xfffff000 + 4,
  vlanTag: 0xfffff000 + 44,
  vlanTagPresent: 0xfffff000 + 48,
} as const

export type JumpKind = 'equal' | 'greater' | 'atLeast' | 'anyBit'

/** A place in a program; made by `label`, put by `place`. */
export interface Label {
  readonly name: string
}

type Item =
  | { readonly kind: 'plain'; readonly code: number; readonly k: number }
  | { readonly kind: 'place'; readonly label: Label }
  | { readonly kind: 'always'; readonly to: Label }
  | {
      readonly kind: 'if'
      readonly test: JumpKind
      readonly k: number
      readonly yes: Label
      readonly no: Label | undefined
    }

export type AssemblyError =
  | 'no such label'
  | 'label placed twice'
  | 'jump goes back'
  | 'too long'
  | 'does not end with a return'

/** Collects instructions; `assemble` checks them. One program per assembler. */
export class BpfAssembler {
  readonly #items: Item[] = []

  label(name: string): Label {
    return { name }
  }

  place(label: Label): this {
    return this.#add({ kind: 'place', label })
  }

  plain(code: number, k = 0): this {
    return this.#add({ kind: 'plain', code, k: k >>> 0 })
  }

  loadWord = (at: number): this => this.plain(BPF.ld.word, at)
  loadHalf = (at: number): this => this.plain(BPF.ld.half, at)
  loadByte = (at: number): this => this.plain(BPF.ld.byte, at)

  /** Goes to `yes` when the accumulator passes the test, otherwise to `no`, or on. */
  if(test: JumpKind, k: number, yes: Label, no?: Label): this {
    return this.#add({ kind: 'if', test, k: k >>> 0, yes, no })
  }

  /** Goes on when the accumulator is `k`, otherwise to `otherwise`. */
  require(k: number, otherwise: Label): this {
    const next = this.label('next')
    return this.if('equal', k, next, otherwise).place(next)
  }

  jump(to: Label): this {
    return this.#add({ kind: 'always', to })
  }

  /** @param bytes how much of the frame to take; 0 refuses it */
  ret(bytes: number): this {
    return this.plain(BPF.ret, bytes)
  }

  assemble(): Result<BpfProgram, AssemblyError> {
    return assemble(this.#items)
  }

  #add(item: Item): this {
    this.#items.push(item)
    return this
  }
}

/** Which far jumps an `if` needs: each costs one instruction behind it. */
interface Far {
  yes: boolean
  no: boolean
}

interface Layout {
  readonly starts: readonly number[]
  readonly labels: ReadonlyMap<Label, number>
  readonly length: number
}

function assemble(items: readonly Item[]): Result<BpfProgram, AssemblyError> {
  const fars: Far[] = items.map(() => ({ yes: false, no: false }))
  const seen = new Set<Label>()
  for (const item of items) {
    if (item.kind !== 'place') continue
    if (seen.has(item.label)) return err('label placed twice')
    seen.add(item.label)
  }
  let layout = lay(items, fars)
  // Each round only adds far jumps, so it ends.
  while (grow(items, fars, layout)) layout = lay(items, fars)
  if (layout.length > MAX_INSTRUCTIONS) return err('too long')
  return emit(items, fars, layout)
}

function lay(items: readonly Item[], fars: readonly Far[]): Layout {
  const starts: number[] = []
  const labels = new Map<Label, number>()
  let at = 0
  for (const [index, item] of items.entries()) {
    starts.push(at)
    if (item.kind === 'place') labels.set(item.label, at)
    else at += 1 + Number(fars[index]?.yes ?? false) + Number(fars[index]?.no ?? false)
  }
  return { starts, labels, length: at }
}

/** Marks jumps that do not reach; true when there were any. */
function grow(items: readonly Item[], fars: readonly Far[], layout: Layout): boolean {
  let grew = false
  for (const [index, item] of items.entries()) {
    const far = fars[index]
    if (item.kind !== 'if' || far === undefined) continue
    const from = (layout.starts[index] ?? 0) + 1
    for (const side of ['yes', 'no'] as const) {
      const target = item[side]
      const distance = target === undefined ? 0 : (layout.labels.get(target) ?? from) - from
      if (!far[side] && distance > 255) {
        far[side] = true
        grew = true
      }
    }
  }
  return grew
}

function emit(
  items: readonly Item[],
  fars: readonly Far[],
  layout: Layout,
): Result<BpfProgram, AssemblyError> {
  const program: BpfInstruction[] = []
  for (const [index, item] of items.entries()) {
    if (item.kind === 'place') continue
    const emitted =
      item.kind === 'plain'
        ? ok([{ code: item.code, jt: 0, jf: 0, k: item.k }])
        : item.kind === 'always'
          ? emitAlways(layout, program.length, item.to)
          : emitIf(item, fars[index] ?? { yes: false, no: false }, layout, program.length)
    if (!emitted.ok) return emitted
    program.push(...emitted.value)
  }
  // The kernel refuses a program whose last instruction is no return: it could run off the end.
  if (program.at(-1)?.code !== BPF.ret) return err('does not end with a return')
  return ok(program)
}

type Emitted = Result<BpfInstruction[], AssemblyError>

function emitAlways(layout: Layout, at: number, to: Label): Emitted {
  const distance = reach(layout, at, to)
  return distance.ok ? ok([{ code: BPF.jump.always, jt: 0, jf: 0, k: distance.value }]) : distance
}

function emitIf(item: Item & { kind: 'if' }, far: Far, layout: Layout, at: number): Emitted {
  const hops = Number(far.yes) + Number(far.no)
  const tail: BpfInstruction[] = []
  const offsets = { yes: 0, no: 0 }
  for (const side of ['yes', 'no'] as const) {
    const target = item[side]
    if (target === undefined) offsets[side] = hops
    else if (far[side]) {
      offsets[side] = tail.length
      const jump = emitAlways(layout, at + 1 + tail.length, target)
      if (!jump.ok) return jump
      tail.push(...jump.value)
    } else {
      const distance = reach(layout, at, target)
      if (!distance.ok) return distance
      offsets[side] = distance.value
    }
  }
  return ok([{ code: BPF.jump[item.test], jt: offsets.yes, jf: offsets.no, k: item.k }, ...tail])
}

/** How many instructions a jump at `at` skips. */
function reach(layout: Layout, at: number, to: Label): Result<number, AssemblyError> {
  const target = layout.labels.get(to)
  if (target === undefined) return err('no such label')
  return target > at ? ok(target - at - 1) : err('jump goes back')
}

/** struct sock_filter[]: 8 bytes each, little-endian. */
export function encodeProgram(program: BpfProgram): Uint8Array {
  const bytes = new Uint8Array(program.length * 8)
  const view = new DataView(bytes.buffer)
  for (const [index, { code, jt, jf, k }] of program.entries()) {
    view.setUint16(index * 8, code, true)
    view.setUint8(index * 8 + 2, jt)
    view.setUint8(index * 8 + 3, jf)
    view.setUint32(index * 8 + 4, k, true)
  }
  return bytes
}
