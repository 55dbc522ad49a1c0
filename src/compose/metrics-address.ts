// Where to listen: `--metrics-addr` of everything that runs, and `--probe-listen`.
import { LbctlError } from '../errors/lbctl-error.ts'

export interface ListenAddress {
  readonly host: string
  readonly port: number
}

/** `HOST:PORT`; an IPv6 address stands in brackets, and no host means every address. Undefined for "none". @throws LbctlError `usage` */
export function metricsAddress(text: string, flag = 'metrics-addr'): ListenAddress | undefined {
  if (text === 'none' || text === '') return undefined
  const [, bracketed, plain = '', digits = ''] = /^(?:\[([^\]]+)\]|([^:[\]]*)):(\d{1,5})$/.exec(text) ?? []
  const port = Number(digits)
  const host = bracketed ?? plain
  if (digits !== '' && port <= 65_535) return { host: host === '' ? '::' : host, port }
  throw new LbctlError(
    'usage',
    `--${flag} takes HOST:PORT, such as 127.0.0.1:7472, or "none", not "${text}".`,
  )
}

/** As it is written in a URL. */
export const listenText = ({ host }: Pick<ListenAddress, 'host'>, port: number): string =>
  `${host.includes(':') ? `[${host}]` : host}:${port}`
