import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeProtobuf } from './decode-message.ts'

const text = (number: number, value: string | Uint8Array): Uint8Array => {
  const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value
  return Uint8Array.from([number * 8 + 2, bytes.length, ...bytes])
}
const join = (...parts: Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]))
const message = (apiVersion: string, kind: string, raw: Uint8Array): Uint8Array =>
  join(
    Uint8Array.from([0x6b, 0x38, 0x73, 0]),
    text(1, join(text(1, apiVersion), text(2, kind))),
    text(2, raw),
  )

describe('objects as protobuf', () => {
  it('reads metadata, maps and what is base64 in JSON', () => {
    const label = text(11, join(text(1, 'a'), text(2, 'b')))
    const metadata = text(1, join(text(1, 's'), text(2, ''), label))
    const data = text(2, join(text(1, 'k'), text(2, Uint8Array.from([0xff]))))
    expect(decodeProtobuf(message('v1', 'Secret', join(metadata, data, text(3, 'Opaque'))))).toEqual({
      kind: 'Secret',
      apiVersion: 'v1',
      metadata: { name: 's', labels: { a: 'b' } },
      data: { k: '/w==' },
      type: 'Opaque',
    })
  })

  it('reads what kubectl auth can-i asks', () => {
    const attributes = join(text(1, 'default'), text(2, 'list'), text(5, 'services'))
    const raw = join(text(1, new Uint8Array()), text(2, text(1, attributes)))
    expect(decodeProtobuf(message('authorization.k8s.io/v1', 'SelfSubjectAccessReview', raw))).toMatchObject({
      spec: { resourceAttributes: { namespace: 'default', verb: 'list', resource: 'services' } },
    })
  })

  it('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        decodeProtobuf(message('v1', 'ConfigMap', bytes))
        decodeProtobuf(bytes)
      }),
    )
  })

  it('knows no other kinds', () => {
    expect(decodeProtobuf(message('v1', 'Pod', new Uint8Array()))).toBeUndefined()
  })
})
