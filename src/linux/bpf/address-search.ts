// Is the accumulator one of many numbers? A binary search over buckets, for the thousands of addresses a responder may own.
import type { BpfAssembler, Label } from './assembler.ts'

/** Inside a bucket the numbers are tried one after another: 1.2 instructions per number all in all, instead of 3. */
const BUCKET = 16

/** Goes to `yes` when the accumulator is one of `values` (unsigned, any order), otherwise to `no`. Never falls through. */
export function oneOf(asm: BpfAssembler, values: readonly number[], yes: Label, no: Label): void {
  search(
    asm,
    [...new Set(values.map((v) => v >>> 0))].sort((a, b) => a - b),
    yes,
    no,
  )
}

function search(asm: BpfAssembler, sorted: readonly number[], yes: Label, no: Label): void {
  if (sorted.length <= BUCKET) {
    bucket(asm, sorted, yes, no)
    return
  }
  const middle = sorted.length >> 1
  const upper = asm.label('upper half')
  asm.if('atLeast', sorted[middle] ?? 0, upper)
  search(asm, sorted.slice(0, middle), yes, no)
  asm.place(upper)
  search(asm, sorted.slice(middle), yes, no)
}

/** One long jump per bucket and outcome, so that the tests inside it stay one instruction each. */
function bucket(asm: BpfAssembler, values: readonly number[], yes: Label, no: Label): void {
  const found = asm.label('found')
  for (const value of values) asm.if('equal', value, found)
  asm.jump(no)
  if (values.length > 0) asm.place(found).jump(yes)
}
