// What stands in front of the line that the program itself wrote.
//
//   [pod/speaker-x7k2p/speaker] 2026-11-27T21:19:03.123456789Z {"caller":…       kubectl logs --prefix --timestamps
//   2026-11-27T21:19:03.123456789Z stdout F {"caller":…                           /var/log/pods, of containerd and CRI-O
//   {"log":"{\"caller\":…}\n","stream":"stdout","time":"2026-11-27T21:19:03Z"}    Docker

export interface PrefixedLine {
  /** the line as the program wrote it */
  readonly text: string
  readonly atMs: number | undefined
  readonly pod: string | undefined
  readonly container: string | undefined
}

const KUBECTL = /^\[pod\/([^/\]]+)\/([^\]]+)\] /
const TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)) (?:std(?:out|err) [FP] )?/

export function withoutPrefix(line: string): PrefixedLine {
  let text = line
  const [prefix, pod, container] = KUBECTL.exec(text) ?? []
  if (prefix !== undefined) text = text.slice(prefix.length)
  const [stamp, time] = TIME.exec(text) ?? []
  if (stamp !== undefined) text = text.slice(stamp.length)
  const docker = text.startsWith('{"log":"') ? dockerLine(text) : undefined
  return {
    text: docker?.text ?? text,
    atMs: timeOf(docker?.time ?? time),
    pod,
    container,
  }
}

function dockerLine(text: string): { text: string; time: string | undefined } | undefined {
  try {
    const { log, time } = JSON.parse(text) as { log?: unknown; time?: unknown }
    if (typeof log !== 'string') return undefined
    return { text: log.replace(/\r?\n$/, ''), time: typeof time === 'string' ? time : undefined }
  } catch {
    return undefined
  }
}

/** RFC 3339 → milliseconds since 1970. */
export function timeOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const atMs = Date.parse(text)
  return Number.isNaN(atMs) ? undefined : atMs
}
