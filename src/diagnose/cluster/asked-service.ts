// What people have at hand when a Service does not answer is often what they gave to a browser, to curl or to a Pod of the cluster.
import { parseIp } from '../../net/ip.ts'

const URL_HOST = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/?#]*@)?(\[[^\]]*\]|[^:/?#]*)(?::\d*)?(?:[/?#].*)?$/i
const WITH_PORT = /^(\[[^\]]*\]|[^:/[\]]+):\d+$/
const CLUSTER_NAME = /^([a-z0-9-]+)\.([a-z0-9-]+)\.svc(?:\.[a-z0-9.-]+)?$/i

/**
 * `https://192.0.2.100:8443/x`, `192.0.2.100:80`, `[2001:db8::1]:80` → the address; `web.shop.svc.cluster.local` → `shop/web`. What is
 * none of these stays as it is.
 */
export function askedService(typed: string): string {
  const text = typed.trim()
  const [, host = text] = URL_HOST.exec(text) ?? WITH_PORT.exec(text) ?? []
  const bare = host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host
  if (parseIp(bare) !== undefined) return bare
  const [, name, namespace] = CLUSTER_NAME.exec(host) ?? []
  return name === undefined || namespace === undefined ? host : `${namespace}/${name}`
}

/** Names of Services have no dots. */
export const isHostName = (text: string): boolean =>
  parseIp(text) === undefined && /^[a-z0-9-]+(\.[a-z0-9-]+)+\.?$/i.test(text)
