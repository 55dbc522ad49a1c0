// Frames recorded from bird and gobgpd (test/interop/wire-bgp.test.ts) decode to what tshark said about them, and mean the
// same after we have encoded them. Runs everywhere: tshark spoke when they were recorded.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { differences } from '../../../test/support/tshark.ts'
import { bgpFieldsOf, decodeGood, messagesIn } from '../../../test/vectors/bgp/tshark-fields.ts'
import type { Vector } from '../../../test/vectors/bgp/vectors.ts'
import { describeFrame } from '../describe/describe-frame.ts'
import { encodeBgpMessage } from './message.ts'

const folder = join(import.meta.dirname, '../../../test/vectors/bgp')
const read = (file: string) => readFileSync(join(folder, file), 'utf8').trim()
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.hex'))
  .map((file) => file.slice(0, -4))

describe.each(names)('the recorded frame %s', (name) => {
  const frame = Uint8Array.from(Buffer.from(read(`${name}.hex`), 'hex'))
  const { context, fields } = JSON.parse(read(`${name}.json`)) as Vector

  it('decodes to what tshark says', () => {
    const ours = bgpFieldsOf(frame, context)
    expect(Object.keys(ours).length).toBeGreaterThan(1)
    expect(differences(ours, fields)).toEqual([])
  })

  it('means the same after we have encoded it', () => {
    for (const bytes of messagesIn(frame)) {
      const message = decodeGood(bytes, context)
      const encoded = encodeBgpMessage(message, context)
      expect(decodeGood(encoded, context)).toEqual(message)
      // bird writes long lengths where short ones suffice; nothing else may shrink.
      expect(bytes.length - encoded.length).toBeLessThanOrEqual(message.kind === 'update' ? 1 : 0)
    }
  })

  it('is described as it was when it was recorded', () => {
    expect(read(`${name}.md`)).toContain(`In words: ${describeFrame(frame)}`)
  })
})

it('has vectors of every kind of message, from both daemons', () => {
  expect(names.length).toBeGreaterThan(15)
})
