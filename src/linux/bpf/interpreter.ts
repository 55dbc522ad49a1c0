// Runs classic BPF as the kernel does, so that tests prove what a filter takes and refuses without a socket.
import { ANCILLARY, BPF, type BpfProgram } from './assembler.ts'

/** What the kernel knows about a frame besides its bytes. */
export interface FrameFacts {
  /** one of PACKET_TYPE; 0 is "to this host" */
  readonly packetType?: number
  /** the tag that the kernel took out of the frame; undefined: there was none */
  readonly vlanTag?: number
}

/** Bytes of the frame that are taken; 0 when it is refused. A load behind the end refuses, as in the kernel. */
export function runProgram(program: BpfProgram, frame: Uint8Array, facts: FrameFacts = {}): number {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length)
  const state = { a: 0, x: 0 }
  for (let at = 0; at < program.length; at++) {
    const instruction = program[at]
    if (instruction === undefined) break
    const { code, k, jt, jf } = instruction
    if (code === BPF.ret) return k
    if (code === BPF.jump.always) at += k
    else if ((code & 7) === 5) at += passes(code, state.a, k) ? jt : jf
    else if (!compute(code, k, state, view, facts)) return 0
  }
  throw new Error('the program ran off its end')
}

function passes(code: number, a: number, k: number): boolean {
  if (code === BPF.jump.equal) return a === k
  if (code === BPF.jump.greater) return a > k
  if (code === BPF.jump.atLeast) return a >= k
  if (code === BPF.jump.anyBit) return (a & k) !== 0
  throw new Error(`unknown jump 0x${code.toString(16)}`)
}

/** Anything but jumps and returns; false when a load does not fit into the frame. */
function compute(
  code: number,
  k: number,
  state: { a: number; x: number },
  view: DataView,
  facts: FrameFacts,
): boolean {
  if (code === BPF.and) state.a = (state.a & k) >>> 0
  else if (code === BPF.shiftRight) state.a >>>= k
  else if (code === BPF.tax) state.x = state.a
  else if (code === BPF.txa) state.a = state.x
  else if (code === BPF.ldImmediate) state.a = k
  else if (code === BPF.ldxImmediate) state.x = k
  else if (code === BPF.ld.length) state.a = view.byteLength
  else {
    const value = load(code, k, state.x, view, facts)
    if (value === undefined) return false
    if (code === BPF.ldxHeaderLength) state.x = (value & 15) * 4
    else state.a = value
  }
  return true
}

function load(code: number, k: number, x: number, view: DataView, facts: FrameFacts): number | undefined {
  if (k === ANCILLARY.packetType) return facts.packetType ?? 0
  if (k === ANCILLARY.vlanTagPresent) return facts.vlanTag === undefined ? 0 : 1
  if (k === ANCILLARY.vlanTag) return facts.vlanTag ?? 0
  const indirect = (code & 0xe0) === 0x40
  const at = indirect ? x + k : k
  const bytes = code === BPF.ldxHeaderLength ? 1 : ([4, 2, 1][(code & 0x18) >> 3] ?? 0)
  if (
    ![BPF.ldxHeaderLength, ...Object.values(BPF.ld), ...Object.values(BPF.ldIndirect)].includes(code as never)
  )
    throw new Error(`unknown instruction 0x${code.toString(16)}`)
  if (at + bytes > view.byteLength) return undefined
  if (bytes === 4) return view.getUint32(at)
  return bytes === 2 ? view.getUint16(at) : view.getUint8(at)
}
