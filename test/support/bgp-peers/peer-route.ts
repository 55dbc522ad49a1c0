// A route as a daemon reports it, in one notation for all daemons.
export interface PeerRoute {
  readonly prefix: string
  readonly nextHops: readonly string[]
  readonly asPath: readonly number[]
  readonly localPreference: number | undefined
  /** `65000:1`, ascending as text; well-known ones as numbers too */
  readonly communities: readonly string[]
  readonly largeCommunities: readonly string[]
  /** kept only until a restarting neighbour is back; undefined: the daemon does not say */
  readonly stale: boolean | undefined
}

const WELL_KNOWN: Readonly<Record<string, string>> = {
  noexport: '65535:65281',
  noadvertise: '65535:65282',
  noexportsubconfed: '65535:65283',
  localas: '65535:65283',
  nopeer: '65535:65284',
  gracefulshutdown: '65535:0',
  gshut: '65535:0',
  blackhole: '65535:666',
}

export const communityText = (text: string): string =>
  WELL_KNOWN[text.toLowerCase().replaceAll(/[^a-z]/g, '')] ?? text

/** The two halves of a community that is reported as one number, or as a pair. */
export const communityPair = (high: number, low: number): string => `${high}:${low}`

export const sorted = (texts: readonly string[]): string[] => [...texts].sort()

export const numbersIn = (text: string): number[] => (text.match(/\d+/g) ?? []).map(Number)
