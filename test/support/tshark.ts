// tshark as the judge of our bytes. Our own decoding in its terms is vectors/tshark-fields.ts.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Field name → values in the order of the frame, as tshark prints them (`-T json`). */
export type Fields = Record<string, string[]>

/** One frame as tshark sees it. */
export interface Dissection {
  readonly fields: Fields
  /** malformed, wrong checksums, warnings and errors of its experts */
  readonly complaints: readonly string[]
}

/** The version line of the installed tshark; undefined when there is none. */
export function tsharkVersion(): string | undefined {
  try {
    const output = execFileSync('tshark', ['--version'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    return output.split('\n').find((line) => line.startsWith('TShark'))
  } catch {
    return undefined // not installed: the caller skips, or fails where interop is required
  }
}

const PREFERENCES = ['ip', 'tcp', 'udp'].flatMap((protocol) => ['-o', `${protocol}.check_checksum:TRUE`])
// Each frame is judged by itself, not as part of a conversation.
const ALONE = ['-o', 'arp.detect_duplicate_ips:FALSE', '-o', 'tcp.analyze_sequence_numbers:FALSE']

/** Lets tshark read a capture file. One dissection per packet. */
export function dissect(file: Uint8Array): Dissection[] {
  const folder = mkdtempSync(join(tmpdir(), 'lbctl-tshark-'))
  try {
    const path = join(folder, 'frames')
    writeFileSync(path, file)
    const args = ['-n', '-r', path, '-T', 'json', '--no-duplicate-keys', ...PREFERENCES, ...ALONE]
    const json = execFileSync('tshark', args, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 1 << 27,
    })
    const packets = JSON.parse(json) as { _source: { layers: unknown } }[]
    return packets.map((packet) => {
      const fields: Fields = {}
      flatten(packet._source.layers, fields)
      return { fields, complaints: complaintsIn(fields) }
    })
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function flatten(value: unknown, into: Fields): void {
  if (typeof value !== 'object' || value === null) return
  for (const [key, part] of Object.entries(value)) {
    const values = Array.isArray(part) ? part : [part]
    into[key] ??= []
    for (const item of values) {
      if (typeof item === 'string') into[key].push(item)
      else flatten(item, into)
    }
  }
}

const WARNING = 0x600000
/** Remarks on the course of a conversation ("connection reset"), not on the bytes of the frame. */
const SEQUENCE_GROUP = 0x02000000

function complaintsIn(fields: Fields): string[] {
  const complaints: string[] = []
  if (fields['_ws.malformed'] !== undefined) complaints.push('malformed')
  for (const [key, values] of Object.entries(fields)) {
    // 0 is wrong; 1 right; 2 not checked, which is how the quotation in an ICMP error is treated.
    if (key.endsWith('.checksum.status') && values.includes('0')) complaints.push(`${key} is wrong`)
  }
  const messages = fields['_ws.expert.message'] ?? []
  const groups = fields['_ws.expert.group'] ?? []
  for (const [i, severity] of (fields['_ws.expert.severity'] ?? []).entries()) {
    if (Number(severity) < WARNING || Number(groups[i]) === SEQUENCE_GROUP) continue
    complaints.push(messages[i] ?? `expert severity ${severity}`)
  }
  return complaints
}

/**
 * What of `ours` differs in `theirs`; empty when they agree. Theirs may have more values of a name behind ours: tshark
 * uses some names for things that we keep raw, such as the message quoted in an error. Booleans are 1 or True, by version.
 */
export function differences(ours: Fields, theirs: Fields): string[] {
  const normal = (value: string) => (value === 'True' ? '1' : value === 'False' ? '0' : value)
  return Object.entries(ours)
    .filter(([key, values]) => values.some((value, i) => normal(theirs[key]?.[i] ?? 'nothing') !== value))
    .map(([key, values]) => `${key}: ours ${values.join(' ')}, theirs ${theirs[key]?.join(' ') ?? 'nothing'}`)
}
