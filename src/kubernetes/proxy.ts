// The proxy that the environment names, as kubectl (Go) understands it. client-node 1.4 only knows `proxy-url` of the kubeconfig.
import { BlockList, isIP } from 'node:net'

type Environment = Readonly<Record<string, string | undefined>>

/** URL of the proxy for `server`, `undefined` for none. Loopback is never proxied. */
export function proxyFromEnvironment(server: URL, env: Environment): string | undefined {
  const proxy = server.protocol === 'https:' ? first(env, 'HTTPS_PROXY') : first(env, 'HTTP_PROXY')
  if (proxy === undefined) return undefined
  const host = server.hostname.replace(/^\[|\]$/g, '').toLowerCase()
  const family = isIP(host)
  if (host === 'localhost' || (family !== 0 && LOOPBACK.check(host, family === 6 ? 'ipv6' : 'ipv4')))
    return undefined
  const port = server.port === '' ? (server.protocol === 'https:' ? '443' : '80') : server.port
  if (exceptions(env).some((exception) => matches(exception, host, port))) return undefined
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(proxy) ? proxy : `http://${proxy}`
}

/** Both spellings are in use; the upper case one wins, as in Go. */
const first = (env: Environment, name: string): string | undefined =>
  [env[name], env[name.toLowerCase()]].find((value) => value !== undefined && value !== '')

const exceptions = (env: Environment): readonly string[] =>
  (first(env, 'NO_PROXY') ?? '')
    .split(',')
    .map((part) => part.trim().toLowerCase())
    .filter((part) => part !== '')

const LOOPBACK = new BlockList()
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4')
LOOPBACK.addAddress('::1', 'ipv6')

/** `*`, an address, a CIDR, `example.com` (and what is below it), `.example.com` (only below), each with or without a port. */
function matches(exception: string, host: string, port: string): boolean {
  if (exception === '*') return true
  if (exception.includes('/')) return inSubnet(exception, host)
  if (isIP(exception) !== 0) return exception === host
  const [, name = '', only] = /^(.*?)(?::(\d+))?$/.exec(exception) ?? []
  if (only !== undefined && only !== port) return false
  const bare = name.replace(/^\*?\.|^\[|\]$/g, '')
  return host.endsWith(`.${bare}`) || (host === bare && !/^\*?\./.test(name))
}

function inSubnet(cidr: string, host: string): boolean {
  const [network = '', bits = ''] = cidr.split('/')
  const family = isIP(network) === 6 ? 'ipv6' : 'ipv4'
  const length = Number(bits)
  if (isIP(network) === 0 || isIP(network) !== isIP(host) || !/^\d+$/.test(bits)) return false
  if (length > (family === 'ipv6' ? 128 : 32)) return false
  const list = new BlockList()
  list.addSubnet(network, length, family)
  return list.check(host, family)
}
