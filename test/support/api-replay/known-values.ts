// What the server chose then and what it chooses now: versions, uids, generated names and addresses. Learned from every
// answer, and put into the requests that follow.

const LEARNED = new Set([
  'uid',
  'resourceVersion',
  'continue',
  'etag',
  'name',
  'clusterIP',
  'nodePort',
  'healthCheckNodePort',
])

type Value = string | number

export class KnownValues {
  readonly #now = new Map<string, Value>()

  /** Walks the recorded and the present answer side by side. */
  learn(recorded: unknown, present: unknown): void {
    if (Array.isArray(recorded) && Array.isArray(present)) {
      recorded.forEach((one, at) => {
        this.learn(one, present[at])
      })
      return
    }
    if (!isMap(recorded) || !isMap(present)) return
    for (const [key, then] of Object.entries(recorded)) {
      const now = present[key]
      if (LEARNED.has(key) && isValue(then) && isValue(now)) this.#now.set(`${kindOfKey(key)} ${then}`, now)
      else if (key === 'clusterIPs' && Array.isArray(then) && Array.isArray(now)) {
        then.forEach((ip, at) => {
          if (isValue(ip) && isValue(now[at])) this.#now.set(`clusterIP ${ip}`, now[at])
        })
      } else this.learn(then, now)
    }
  }

  /** A recorded request body as it is to be sent now. */
  translate(value: unknown, key = ''): unknown {
    if (Array.isArray(value))
      return value.map((one) => this.translate(one, key === 'clusterIPs' ? 'clusterIP' : key))
    if (isMap(value)) {
      const { path } = value
      // A part of a JSON patch says what its value is by the path.
      if (typeof path === 'string' && path.startsWith('/') && 'value' in value)
        return { ...value, value: this.translate(value['value'], path.slice(path.lastIndexOf('/') + 1)) }
      return Object.fromEntries(
        Object.entries(value).map(([inner, one]) => [inner, this.translate(one, inner)]),
      )
    }
    return isValue(value) ? this.#of(key, value) : value
  }

  /** A value of the query: versions and tokens, and uids inside of selectors. */
  translateQuery(key: string, text: string): string {
    if (key === 'fieldSelector') return this.translateText(text)
    return String(this.#of(key, text))
  }

  translatePath(path: string): string {
    return path
      .split('/')
      .map((part) => String(this.#of('name', part)))
      .join('/')
  }

  /** Every uid in a text. */
  translateText(text: string): string {
    return text.replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, (uid) => String(this.#of('uid', uid)))
  }

  #of(key: string, value: Value): Value {
    return this.#now.get(`${kindOfKey(key)} ${value}`) ?? value
  }
}

const kindOfKey = (key: string): string => (key === 'healthCheckNodePort' ? 'nodePort' : key)
const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isValue = (value: unknown): value is Value => typeof value === 'string' || typeof value === 'number'
