// What somebody typed into a browser or into curl → host and port.
import { LbctlError } from '../../errors/lbctl-error.ts'
import { formatIp, parseIp } from '../../net/ip.ts'
import { shellWord } from '../shell-word.ts'

export interface Endpoint {
  /** as it was typed, without a user name and password */
  readonly asked: string
  readonly scheme: string | undefined
  /** address in canonical form, without brackets, or name */
  readonly host: string
  /** interface of a link-local address */
  readonly zone: string | undefined
  readonly port: number
  /** path of a URL with its query; `/` otherwise */
  readonly path: string
}

const PORT_OF_SCHEME: Readonly<Record<string, number>> = { http: 80, https: 443, ws: 80, wss: 443, ssh: 22 }

const URL_PARTS =
  /^([a-z][a-z0-9+.-]*):\/\/(?:[^/?#]*@)?(\[[^\]/]*\]|[^:/?#]*)(?::(\d*))?([/?][^#]*)?(?:#.*)?$/i
const HOST_PORT = /^(\[[^\]]*\]|[^:/[\]]+)(?::(\d*))?$/
const NAME = /^[a-z0-9_]([a-z0-9._-]*[a-z0-9])?\.?$/i

/** @throws LbctlError `usage` for what is no endpoint, or lacks its port */
export function parseEndpoint(text: string): Endpoint {
  const [, scheme, urlHost, urlPort, path] = URL_PARTS.exec(text) ?? []
  if (scheme !== undefined && urlHost !== undefined) {
    const known = scheme.toLowerCase()
    const asked = text.replace(/\/\/[^/?#]*@/, '//')
    const port = urlPort === undefined || urlPort === '' ? PORT_OF_SCHEME[known] : Number(urlPort)
    if (port === undefined) throw withoutPort(asked, `${known}://${urlHost}:PORT`)
    const given = path === undefined ? '/' : path.startsWith('?') ? `/${path}` : path
    return { asked, scheme: known, ...hostOf(urlHost, asked), port: checkedPort(port, asked), path: given }
  }
  if (parseIp(text) !== undefined)
    throw withoutPort(text, text.includes(':') ? `[${text}]:443` : `${text}:443`)
  const [, host, port] = HOST_PORT.exec(text) ?? []
  if (host === undefined) throw notAnEndpoint(text)
  if (port === undefined || port === '') throw withoutPort(text, `${host}:443`)
  return {
    asked: text,
    scheme: undefined,
    ...hostOf(host, text),
    port: checkedPort(Number(port), text),
    path: '/',
  }
}

function hostOf(text: string, asked: string): Pick<Endpoint, 'host' | 'zone'> {
  const bare = text.startsWith('[') ? text.slice(1, -1) : text
  const [literal = '', zone] = bare.split('%')
  const address = parseIp(literal)
  if (address !== undefined) return { host: formatIp(address), zone: zone === '' ? undefined : zone }
  // Digits and dots that are no address are a slip of the finger; resolvers would read 10.1 as 10.0.0.1.
  if (!NAME.test(bare) || /^[\d.]+$/.test(bare) || text.startsWith('[')) throw notAnEndpoint(asked)
  return { host: bare, zone: undefined }
}

function checkedPort(port: number, asked: string): number {
  if (port >= 1 && port <= 65_535) return port
  throw new LbctlError('usage', `The port of ${asked} is not from 1 to 65535.`)
}

const withoutPort = (asked: string, example: string): LbctlError =>
  new LbctlError('usage', `${asked} names no port, and whether a connection works depends on the port.`, {
    hints: [
      `Add the port of the Service: lbctl explain ${shellWord(example)}`,
      'Without a port, lbctl diagnose route ADDRESS shows the way there.',
    ],
  })

const notAnEndpoint = (asked: string): LbctlError =>
  new LbctlError('usage', `"${asked}" is not an address or a name with a port.`, {
    hints: [
      'It looks like 192.0.2.10:443, shop.example.com:443, [2001:db8::10]:443 or https://shop.example.com/.',
    ],
  })
