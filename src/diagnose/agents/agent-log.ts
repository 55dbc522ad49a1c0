// A result as lines of a log: with marks at both ends and a checksum, so that one that was cut, or mixed with other lines, is noticed.
// A termination message holds 4096 bytes, which is too little; kubelet and runtime cut long lines, so the lines here are short.
//
//   lbctl-agent RUN begin LINES CHECKSUM
//   lbctl-agent RUN 1 …a piece of the JSON…
//   lbctl-agent RUN 2 …
//   lbctl-agent RUN end

const WORD = 'lbctl-agent'
const PIECE = 4000
/** A result is some tens of kilobytes; more than this is none of ours. */
const MOST_LINES = 1000

/** @param run letters and digits that no other run has */
export function framed(run: string, value: unknown): string {
  const text = asciiJson(value)
  const pieces: string[] = []
  for (let at = 0; at < text.length; at += PIECE) pieces.push(text.slice(at, at + PIECE))
  return [
    `${WORD} ${run} begin ${pieces.length} ${checksum(text)}`,
    ...pieces.map((piece, index) => `${WORD} ${run} ${index + 1} ${piece}`),
    `${WORD} ${run} end`,
    '',
  ].join('\n')
}

export type Unframed =
  | { readonly ok: true; readonly value: unknown }
  /** a clause */
  | { readonly ok: false; readonly reason: string }

/** Total. The newest beginning counts: a container may have been started twice. */
export function unframed(run: string, log: string): Unframed {
  const own = `${WORD} ${run} `
  const lines = log
    .split(/\r?\n/)
    .filter((line) => line.startsWith(own))
    .map((line) => line.slice(own.length))
  const from = lines.findLastIndex((line) => line.startsWith('begin '))
  if (from < 0) return { ok: false, reason: 'the log holds no result' }
  const [, count = '', sum = ''] = /^begin (\d{1,6}) ([0-9a-f]{8})$/.exec(lines[from] ?? '') ?? []
  const wanted = Number(count)
  if (count === '' || wanted > MOST_LINES) return { ok: false, reason: 'the result in the log is damaged' }
  const pieces = lines.slice(from + 1, from + 1 + wanted)
  if (pieces.length < wanted || lines[from + 1 + wanted] !== 'end')
    return { ok: false, reason: 'the result in the log is cut off' }
  const text = pieces.map((piece, index) => piece.slice(`${index + 1} `.length)).join('')
  const isOrdered = pieces.every((piece, index) => piece.startsWith(`${index + 1} `))
  if (!isOrdered || checksum(text) !== sum) return { ok: false, reason: 'the result in the log is damaged' }
  try {
    return { ok: true, value: JSON.parse(text) as unknown }
  } catch {
    return { ok: false, reason: 'the result in the log is no JSON' }
  }
}

/** One byte for each character, wherever the log passes through. */
const asciiJson = (value: unknown): string =>
  JSON.stringify(value).replaceAll(
    /[^\u0020-\u007e]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

/** CRC-32 (IEEE 802.3) of ASCII text, eight digits. */
export function checksum(text: string): string {
  let crc = 0xffffffff
  for (let at = 0; at < text.length; at += 1) {
    crc ^= text.charCodeAt(at) & 0xff
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  }
  return ((crc ^ 0xffffffff) >>> 0).toString(16).padStart(8, '0')
}
