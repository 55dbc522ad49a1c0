// The settings file of MetalLB 0.16: a JSON object with the names that memberlist gives its fields. Durations are Go's texts
// (`500ms`) or, as Go writes a duration into JSON, nanoseconds. MetalLB wants every name; here the rest is the profile's.
import { parseDuration } from '../net/duration.ts'
import { err, ok, type Result } from '../net/result.ts'
import { GOSSIP_PROFILES, type GossipProfile, type GossipSettings } from './settings.ts'

type Kind = 'duration' | 'boolean' | { readonly min: number; readonly max: number }

const count = (min: number, max: number): Kind => ({ min, max })

/** Name in the file → our name, and what it may be. */
const KEYS: Readonly<Record<string, readonly [keyof GossipSettings, Kind]>> = {
  TCPTimeout: ['tcpTimeoutMs', 'duration'],
  IndirectChecks: ['indirectChecks', count(0, 100)],
  RetransmitMult: ['retransmitMultiplier', count(1, 100)],
  SuspicionMult: ['suspicionMultiplier', count(1, 100)],
  SuspicionMaxTimeoutMult: ['suspicionMaxTimeoutMultiplier', count(1, 100)],
  PushPullInterval: ['pushPullIntervalMs', 'duration'],
  ProbeTimeout: ['probeTimeoutMs', 'duration'],
  ProbeInterval: ['probeIntervalMs', 'duration'],
  DisableTcpPings: ['disableTcpPings', 'boolean'],
  AwarenessMaxMultiplier: ['awarenessMaxMultiplier', count(1, 100)],
  GossipNodes: ['gossipNodes', count(0, 100)],
  GossipInterval: ['gossipIntervalMs', 'duration'],
  GossipToTheDeadTime: ['gossipToTheDeadMs', 'duration'],
  GossipVerifyIncoming: ['verifyIncoming', 'boolean'],
  GossipVerifyOutgoing: ['verifyOutgoing', 'boolean'],
  EnableCompression: ['compression', 'boolean'],
  HandoffQueueDepth: ['handoffQueueDepth', count(1, 1_000_000)],
  // Less than 512 bytes would not hold every message; 65,507 is the longest UDP payload over IPv4.
  UDPBufferSize: ['udpBufferBytes', count(512, 65_507)],
  QueueCheckInterval: ['queueCheckIntervalMs', 'duration'],
}

const LONGEST_DURATION_MS = 24 * 3600 * 1000
/** Zero switches these off; in the others it is a mistake. */
const MAY_BE_ZERO = new Set([
  'PushPullInterval',
  'ProbeInterval',
  'GossipInterval',
  'GossipToTheDeadTime',
  'QueueCheckInterval',
])

/**
 * The settings of a profile with those of a file on top. @param text undefined when there is no file
 * @returns one sentence for each thing that is wrong with the file
 */
export function gossipSettings(
  profile: GossipProfile,
  text: string | undefined,
): Result<GossipSettings, readonly string[]> {
  const base = GOSSIP_PROFILES[profile]
  if (text === undefined) return ok(base)
  const parsed = parseObject(text)
  if (!parsed.ok) return err([parsed.error])
  const settings: Record<string, unknown> = { ...base }
  const problems: string[] = []
  for (const [name, value] of Object.entries(parsed.value)) {
    const key = Object.hasOwn(KEYS, name) ? KEYS[name] : undefined
    if (key === undefined) {
      problems.push(unknownName(name))
      continue
    }
    const read = readValue(name, value, key[1])
    if (read.ok) settings[key[0]] = read.value
    else problems.push(read.error)
  }
  if (problems.length > 0) return err(problems)
  const complete = settings as unknown as GossipSettings
  if (complete.probeTimeoutMs > complete.probeIntervalMs && complete.probeIntervalMs > 0)
    return err([
      `ProbeTimeout (${complete.probeTimeoutMs} ms) is longer than ProbeInterval (${complete.probeIntervalMs} ms), so that no member could ever be asked about another.`,
    ])
  return ok(complete)
}

function parseObject(text: string): Result<Readonly<Record<string, unknown>>> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return err('The settings are not JSON.')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return err('The settings are JSON but no object: write { "ProbeInterval": "1s", … }.')
  return ok(value as Readonly<Record<string, unknown>>)
}

function unknownName(name: string): string {
  const meant = Object.keys(KEYS).find((key) => key.toLowerCase() === name.toLowerCase())
  const hint = meant === undefined ? `The names are ${Object.keys(KEYS).join(', ')}.` : `Write ${meant}.`
  return `${JSON.stringify(name)} is no setting of memberlist. ${hint}`
}

function readValue(name: string, value: unknown, kind: Kind): Result<number | boolean> {
  const shown = JSON.stringify(value)
  if (kind === 'boolean')
    return typeof value === 'boolean' ? ok(value) : err(`${name} is ${shown}: write true or false.`)
  if (kind === 'duration') return readDuration(name, value, shown)
  if (typeof value !== 'number' || !Number.isInteger(value) || value < kind.min || value > kind.max)
    return err(`${name} is ${shown}: write a whole number from ${kind.min} to ${kind.max}.`)
  return ok(value)
}

function readDuration(name: string, value: unknown, shown: string): Result<number> {
  const help = 'write a duration such as "500ms" or "30s", or nanoseconds as a number.'
  let ns: number
  if (typeof value === 'number') ns = value
  else {
    const parsed = typeof value === 'string' ? parseDuration(value) : undefined
    if (parsed?.ok !== true) return err(`${name} is ${shown}: ${help}`)
    ns = Number(parsed.value)
  }
  const ms = ns / 1e6
  if (!Number.isFinite(ms) || ms < 0 || ms > LONGEST_DURATION_MS)
    return err(`${name} is ${shown}: it must be from 0 to 24 hours.`)
  // A bare 5 that was meant as seconds is 5 ns: timers have milliseconds.
  if (ms > 0 && ms < 1) return err(`${name} is ${shown}, which is less than a millisecond: ${help}`)
  if (ms === 0 && !MAY_BE_ZERO.has(name)) return err(`${name} is ${shown}: it must be longer than nothing.`)
  return ok(ms)
}
