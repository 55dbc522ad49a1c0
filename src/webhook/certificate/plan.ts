// When which certificate is made anew. The authority lives long, since the API server has to be told of a new one; what serves is
// changed often, since nobody needs to be told.

const DAY_MS = 86_400_000

export const LIFETIME = {
  authorityMs: 3650 * DAY_MS,
  serverMs: 365 * DAY_MS,
  /** valid from before now, for API servers whose clock is behind */
  backdateMs: 3_600_000,
} as const

export interface Validity {
  /** milliseconds since 1970 */
  readonly notBeforeMs: number
  readonly notAfterMs: number
}

/** What a Secret was found to hold. */
export interface StoredCertificates {
  readonly authority: Validity & { readonly keyFits: boolean }
  readonly server: Validity & {
    readonly keyFits: boolean
    readonly dnsNames: readonly string[]
    readonly signedByAuthority: boolean
  }
}

export type CertificatePlan =
  | { readonly make: 'nothing' }
  | { readonly make: 'server' | 'both'; readonly why: string }

/** `undefined`: there are none, or none that can be read. */
export function planCertificates(
  stored: StoredCertificates | undefined,
  dnsNames: readonly string[],
  nowMs: number,
): CertificatePlan {
  if (stored === undefined) return { make: 'both', why: 'there is none that can be used' }
  const { authority, server } = stored
  if (!authority.keyFits)
    return { make: 'both', why: 'the key of the authority is not the one of its certificate' }
  if (nowMs < authority.notBeforeMs) return { make: 'both', why: 'the authority is not valid yet' }
  // It must outlive whatever it signs now.
  if (authority.notAfterMs - nowMs < LIFETIME.serverMs)
    return { make: 'both', why: 'the authority ends within a year' }
  const why = serverReason(server, dnsNames, nowMs)
  return why === undefined ? { make: 'nothing' } : { make: 'server', why }
}

function serverReason(
  server: StoredCertificates['server'],
  dnsNames: readonly string[],
  nowMs: number,
): string | undefined {
  if (!server.keyFits) return 'its key is not the one of the certificate'
  if (!server.signedByAuthority) return 'the authority did not sign it'
  const missing = dnsNames.find((name) => !server.dnsNames.includes(name))
  if (missing !== undefined) return `it is not for ${missing}`
  if (nowMs < server.notBeforeMs) return 'it is not valid yet'
  // A third of its life is left for whatever keeps a controller from renewing it.
  const left = server.notAfterMs - nowMs
  return left < (server.notAfterMs - server.notBeforeMs) / 3 ? 'it ends soon' : undefined
}

/** The names by which the API server calls a Service. */
export const serviceNames = (service: string, namespace: string): readonly string[] => [
  `${service}.${namespace}.svc`,
  `${service}.${namespace}.svc.cluster.local`,
  `${service}.${namespace}`,
  service,
]
