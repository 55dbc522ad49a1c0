// A request as the core sees it: no sockets, no streams.

export interface ApiUser {
  readonly name: string
  readonly uid?: string
  readonly groups: readonly string[]
  readonly extra?: Readonly<Record<string, readonly string[]>>
}

export interface ApiRequest {
  readonly method: string
  /** As it came, percent-encoding and all. */
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: Uint8Array
  readonly user: ApiUser
}

export interface ApiAnswer {
  readonly code: number
  /** An object becomes JSON or YAML, a text goes out as it is. */
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly warnings?: readonly string[]
  /** Written as it is, beside `body`: what was made without an object in between, as long lists are. */
  readonly text?: string
}

/** The name that managedFields get when a client gives none: the user agent up to the slash. */
export function managerOf(request: ApiRequest): string {
  const given = request.query.get('fieldManager')
  if (given !== null && given !== '') return given
  return (request.headers['user-agent'] ?? '').split('/')[0]?.slice(0, 128) ?? ''
}

/** `true`, `1` and anything else that is not plainly no. */
export function isTrue(value: string | null): boolean {
  return value !== null && value !== 'false' && value !== '0'
}

export const textOf = (body: Uint8Array): string => new TextDecoder().decode(body)
