import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PLAIN_CONTEXT } from './context.ts'
import { BgpFramer } from './framer.ts'
import { type BgpMessage, encodeBgpMessage } from './message.ts'

const keepalive = encodeBgpMessage({ kind: 'keepalive' }, PLAIN_CONTEXT)
const notification = (size: number) =>
  encodeBgpMessage(
    { kind: 'notification', code: 6, subcode: 2, data: new Uint8Array(size).fill(size) },
    {
      ...PLAIN_CONTEXT,
      extendedMessage: true,
    },
  )
const refresh: BgpMessage = {
  kind: 'route-refresh',
  family: { afi: 1, safi: 1 },
  subtype: 'request',
  filters: new Uint8Array(0),
}

/** All messages that can be taken. */
function take(framer: BgpFramer, extended = false): Uint8Array[] {
  const messages: Uint8Array[] = []
  for (;;) {
    const framed = framer.next(extended)
    if (framed === undefined) return messages
    if (!framed.ok) throw new Error(framed.error.reason)
    messages.push(framed.value)
  }
}

describe('BgpFramer', () => {
  it('gives the same messages however the stream is cut', () => {
    const messages = fc.array(
      fc.oneof(
        fc.constant(keepalive),
        fc.nat(300).map(notification),
        fc.constant(encodeBgpMessage(refresh, PLAIN_CONTEXT)),
      ),
      { maxLength: 12 },
    )
    fc.assert(
      fc.property(
        messages,
        fc.array(fc.integer({ min: 0, max: 90 }), { minLength: 1 }),
        fc.boolean(),
        (sent, cuts, late) => {
          const stream = Uint8Array.of(...sent.flatMap((message) => [...message]))
          const framer = new BgpFramer()
          const got: Uint8Array[] = []
          for (let at = 0, i = 0; at < stream.length; i++) {
            const size = Math.max(i < cuts.length ? 0 : 1, cuts[i % cuts.length]!)
            framer.push(stream.slice(at, at + size))
            at += size
            if (!late) got.push(...take(framer))
          }
          got.push(...take(framer))
          expect(got).toEqual(sent)
          expect(framer.heldBytes).toBe(0)
        },
      ),
    )
  })

  it('takes one byte after the other, and holds no more than it was given', () => {
    const framer = new BgpFramer()
    const message = notification(4000)
    for (const [i, byte] of message.entries()) {
      expect(framer.next(false)).toBeUndefined()
      expect(framer.heldBytes).toBe(i)
      framer.push(Uint8Array.of(byte))
    }
    expect(take(framer)).toEqual([message])
  })

  it('asks anew what length is allowed at each message', () => {
    const framer = new BgpFramer()
    framer.push(Uint8Array.of(...keepalive, ...notification(5000)))
    expect(framer.next(false)).toEqual({ ok: true, value: keepalive })
    expect(framer.next(true)).toMatchObject({ ok: true })
    framer.push(notification(5000))
    expect(framer.next(false)).toMatchObject({ ok: false, error: { reason: 'length-too-large' } })
  })

  it('stops for good where the stream is broken, before the message is there', () => {
    const framer = new BgpFramer()
    framer.push(Uint8Array.of(...keepalive, ...keepalive.subarray(0, 15), 0xfe, 0, 19, 4))
    expect(framer.next(false)).toEqual({ ok: true, value: keepalive })
    const error = {
      ok: false,
      error: { at: 15, action: 'reset', notification: { code: 1, subcode: 1, data: new Uint8Array(0) } },
    }
    expect(framer.next(false)).toMatchObject(error)
    framer.push(keepalive)
    expect(framer.next(false)).toMatchObject(error)
    expect(framer.heldBytes).toBe(0)
    const lengths = new BgpFramer()
    lengths.push(notification(5000).subarray(0, 19))
    expect(lengths.next(false)).toMatchObject({ error: { notification: { code: 1, subcode: 2 } } })
  })

  it('is total', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 60 })), (chunks) => {
        const framer = new BgpFramer()
        framer.push(keepalive.subarray(0, 17))
        for (const chunk of chunks) {
          framer.push(chunk)
          while (framer.next(true)?.ok === true);
        }
      }),
    )
  })
})
