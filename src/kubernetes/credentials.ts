// Credentials for requests: got from the kubeconfig, kept for a moment, and never waited for without an end.
import { validateHeaderValue } from 'node:http'
import type https from 'node:https'
import { LbctlError } from '../errors/lbctl-error.ts'
import type { Kubeconfig } from './kubeconfig.ts'

/** An exec plugin that names no expiry would run for every request, and several at once for parallel ones. */
const LIFETIME_MS = 5_000
/** A plugin may wait for somebody who logs in with a browser. */
const WITHIN_MS = 120_000

/** Makes a value when it is asked for, and anew when it is older than a moment or forgotten. One is made at a time. */
export class ShortLived<T> {
  readonly #make: () => Promise<T>
  readonly #late: () => Error
  readonly #withinMs: number
  #made: { readonly value: Promise<T>; readonly atMs: number } | undefined
  /** a plugin that hangs is not started a second time beside itself */
  #pending: Promise<T> | undefined

  /** @param late what a value that does not come is taken for */
  constructor(make: () => Promise<T>, late: () => Error, withinMs = WITHIN_MS) {
    this.#make = make
    this.#late = late
    this.#withinMs = withinMs
  }

  get(): Promise<T> {
    const nowMs = performance.now()
    if (this.#made !== undefined && nowMs - this.#made.atMs <= LIFETIME_MS)
      return this.#inTime(this.#made.value)
    const value = this.#pending ?? this.#make()
    this.#pending = value
    this.#made = { value, atMs: nowMs }
    const done = (): void => {
      if (this.#pending === value) this.#pending = undefined
    }
    value.then(done, () => {
      done()
      this.forget()
    })
    return this.#inTime(value)
  }

  forget(): void {
    this.#made = undefined
  }

  #inTime(value: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(this.#late()), this.#withinMs)
      value.then(resolve, reject).finally(() => clearTimeout(timer))
    })
  }
}

/** Puts them into the options of a request. @throws LbctlError `permission` */
export async function addCredentials(kubeconfig: Kubeconfig, request: https.RequestOptions): Promise<void> {
  try {
    await kubeconfig.client.applyToHTTPSOptions(request)
  } catch (cause) {
    throw notObtained(kubeconfig, (cause as NodeJS.ErrnoException).code)
  }
  const headers = { ...(request.headers as Record<string, string>), ...kubeconfig.headers }
  const { Authorization: authorization } = headers
  if (typeof authorization === 'string') {
    // A file that was written with `echo` ends in a line break.
    headers['Authorization'] = authorization.trimEnd()
    if (!isHeaderValue(headers['Authorization'])) throw notObtained(kubeconfig, 'ERR_INVALID_CHAR')
  }
  request.headers = headers
}

function isHeaderValue(value: string): boolean {
  try {
    validateHeaderValue('authorization', value)
    return true
  } catch {
    return false
  }
}

/** What an exec plugin printed may hold a token, so only its name and the error's code are shown. */
function notObtained(kubeconfig: Kubeconfig, code: unknown): LbctlError {
  return new LbctlError('permission', 'The credentials for the cluster could not be obtained.', {
    facts: { ...userOf(kubeconfig), ...(typeof code === 'string' ? { code } : {}) },
    hints: ['Log in again, or run: kubectl version'],
  })
}

export const credentialsLate = (kubeconfig: Kubeconfig): LbctlError =>
  new LbctlError(
    'timeout',
    `The credentials for the cluster were not there after ${WITHIN_MS / 1000} s: the plugin of the kubeconfig has not answered.`,
    {
      facts: userOf(kubeconfig),
      hints: ['It may wait for somebody to log in: run it by hand, or run: kubectl version'],
    },
  )

function userOf({ client }: Kubeconfig): Record<string, string> {
  const user = client.getCurrentUser()
  const command: unknown = user?.exec?.command
  return { user: user?.name ?? 'none', ...(typeof command === 'string' ? { plugin: command } : {}) }
}
