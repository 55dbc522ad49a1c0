// What stands in front of the line that the program itself wrote.
//
//   [pod/speaker-x7k2p/speaker] 2026-11-27T21:19:03.123456789Z {"caller":…       kubectl logs --prefix --timestamps
//   2026-11-27T21:19:03.123456789Z stdout F {"caller":…                           /var/log/pods, of containerd and CRI-O
//   {"log":"{\"caller\":…}\n","stream":"stdout","time":"2026-11-27T21:19:03Z"}    Docker
//   Nov 27 21:19:03 tor bird[411]: peer0: Received: …                              syslog and journalctl, on routers and hosts
//   2026-11-27T21:19:03.123456+00:00 tor bird[411]: peer0: Received: …             the same with times of RFC 3339

export interface PrefixedLine {
  /** the line as the program wrote it */
  readonly text: string
  readonly atMs: number | undefined
  readonly pod: string | undefined
  readonly container: string | undefined
  /** that syslog names, where it can be only one: `bgpd` is that of FRR and of OpenBGPD */
  readonly program?: string | undefined
  /** without a year: `Nov 27 21:19:03` */
  readonly syslogTime?: string | undefined
}

const KUBECTL = /^\[pod\/([^/\]]+)\/([^\]]+)\] /
const TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)) (?:std(?:out|err) [FP] )?/

const SYSLOG = /^(?:<\d+>)?([A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d) \S+ ([\w./-]+)(?:\[\d+\])?: +/
/** What is left of it behind a time of RFC 3339. */
const SYSLOG_REST = /^[\w.-]+ ([\w./-]+)\[\d+\]: +/
/** FRR leaves its daemon out there, and keeps the mark of the message. */
const FRR_MARK = /^\[[A-Z0-9]{5}-[A-Z0-9]{5}\] /
const PROGRAMS = ['bird', 'bird6', 'gobgpd', 'exabgp']

export function withoutPrefix(line: string): PrefixedLine {
  let text = line
  const [prefix, pod, container] = KUBECTL.exec(text) ?? []
  if (prefix !== undefined) text = text.slice(prefix.length)
  const [stamp, time] = TIME.exec(text) ?? []
  if (stamp !== undefined) text = text.slice(stamp.length)
  const syslog = SYSLOG.exec(text)
  const [head, program] = syslog === null ? rest(text, stamp) : [syslog[0], syslog[2]]
  if (head !== undefined) text = text.slice(head.length).replace(FRR_MARK, '')
  const docker = text.startsWith('{"log":"') ? dockerLine(text) : undefined
  return {
    text: docker?.text ?? text,
    atMs: timeOf(docker?.time ?? time),
    pod,
    container,
    ...(program !== undefined && PROGRAMS.includes(program) ? { program: program.replace(/6$/, '') } : {}),
    ...(syslog === null ? {} : { syslogTime: syslog[1] }),
  }
}

function rest(text: string, stamp: string | undefined): readonly (string | undefined)[] {
  return stamp === undefined ? [] : (SYSLOG_REST.exec(text) ?? [])
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
