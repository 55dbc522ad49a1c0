// Messages to begin with, for fuzzing: those recorded from daemons, and those that are malformed on purpose.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { messagesIn } from './tshark-fields.ts'

const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'))

/** @param folder of the vectors: a bundle does not know where it came from */
export function bgpCorpus(folder: string): Uint8Array[] {
  const recorded = readdirSync(folder)
    .filter((file) => file.endsWith('.hex'))
    .flatMap((file) => messagesIn(bytesOf(readFileSync(join(folder, file), 'utf8').trim())))
  const malformed = JSON.parse(readFileSync(join(folder, 'malformed.json'), 'utf8')) as readonly {
    readonly attributes?: string
    readonly announced?: string
  }[]
  const updates = malformed.flatMap(({ attributes, announced }) =>
    attributes === undefined ? [] : [update(bytesOf(attributes), bytesOf(announced ?? ''))],
  )
  return [...recorded, ...updates].map((bytes) => bytes.slice())
}

function update(attributes: Uint8Array, announced: Uint8Array): Uint8Array {
  const length = 23 + attributes.length + announced.length
  return Uint8Array.of(
    ...new Uint8Array(16).fill(0xff),
    ...[length >> 8, length & 0xff, 2, 0, 0, attributes.length >> 8, attributes.length & 0xff],
    ...attributes,
    ...announced,
  )
}
