// Recorded exchanges with a real kube-apiserver, as the files in test/fixtures/kubernetes/transcripts hold them.

export interface RecordedRequest {
  readonly method: string
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
}

export interface RecordedEvent {
  readonly type: string
  readonly object: Record<string, unknown>
}

export interface RecordedResponse {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
  readonly end?: { readonly how: string }
  /** The objects of the events were cut down to their identity. */
  readonly brief?: string
}

export interface RecordedEntry {
  readonly step: string
  /** Who asks; an administrator where it is missing. */
  readonly as?: string
  readonly direction?: string
  /** Left out of the replay, and why. */
  readonly skip?: string
  readonly request: RecordedRequest
  readonly response: RecordedResponse
}
