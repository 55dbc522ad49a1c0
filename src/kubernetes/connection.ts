// The way into a cluster: kubeconfig and credentials by client-node, connections by node:https.
//
// client-node reads the kubeconfig (KUBECONFIG, ~/.kube/config, service account), merges files, resolves the context, and
// gets credentials (token, token file, client certificate, exec plugin, OIDC). Everything after that is ours: client-node 1.4
// neither pages, retries nor heeds Retry-After, and makes a new TLS connection for every request. So its options are taken per
// request (tokens rotate) and its agent only where the kubeconfig names a proxy.
import http from 'node:http'
import https from 'node:https'
import type { KubeConfig } from '@kubernetes/client-node'
import { LbctlError } from '../errors/lbctl-error.ts'
import type { ClusterIdentity } from '../migrate/ports.ts'
import { addCredentials, credentialsLate, ShortLived } from './credentials.ts'
import { type Kubeconfig, type KubeconfigOptions, kubeconfigName, loadKubeconfig } from './kubeconfig.ts'
import { proxyFromEnvironment } from './proxy.ts'
import { Recovery } from './watch/recovery.ts'

/** `env`: where HTTPS_PROXY and NO_PROXY are looked up as well */
export interface ConnectionOptions extends KubeconfigOptions {
  /** for requests that name none; left out: the namespace of the context */
  readonly namespace?: string | undefined
  /** connections at a time; default 8: a watch holds one for as long as it goes on */
  readonly sockets?: number
  /** until a proxy has let a connection through; default 10 000 */
  readonly proxyWithinMs?: number
}

export interface Connection {
  /** of this server: who gets through to it again tells those that wait */
  readonly recovery: Recovery
  readonly identity: ClusterIdentity
  /** Options for one request, with fresh credentials. They hold secrets: never to be put into an error. */
  prepare(): Promise<https.RequestOptions>
  /** Forgets credentials and reads the kubeconfig again: for the server accepts those no longer that it was given. */
  renew(): void
  /** Closes idle connections, so that the process can end. */
  close(): void
}

/** @throws LbctlError `input` for a kubeconfig that cannot be read, `usage` for a context that is not in it */
export function openConnection(options: ConnectionOptions = {}): Connection {
  let kubeconfig = loadKubeconfig(options)
  const config = kubeconfig.client
  const context = config.getContextObject(config.getCurrentContext())
  const cluster = config.getCurrentCluster()
  if (context === null || cluster === null) throw unknownContext(config, options)
  // Without a user client-node leaves the cluster's CA out as well.
  if (config.getCurrentUser() === null)
    throw new LbctlError(
      'input',
      `The context "${config.getCurrentContext()}" names no user that is in the kubeconfig.`,
      { facts: { kubeconfig: kubeconfigName(options) }, hints: ['Look at it with: kubectl config view'] },
    )
  const server = serverUrl(cluster.server)
  if (server.protocol === 'http:' && cluster.skipTLSVerify !== true)
    throw new LbctlError(
      'input',
      `The cluster "${cluster.name}" has an http:// server, which would send credentials in the clear.`,
      {
        facts: { server: server.origin },
        hints: ['Use https, or set insecure-skip-tls-verify: true for this cluster if it is a local proxy.'],
      },
    )
  const agentOptions = { keepAlive: true, maxSockets: options.sockets ?? FEW_SOCKETS }
  const agent = server.protocol === 'http:' ? new http.Agent(agentOptions) : new https.Agent(agentOptions)
  const proxyUrl = cluster.proxyUrl || proxyFromEnvironment(server, options.env ?? process.env)
  const proxied = proxyUrl !== undefined
  const throughProxy = (each: KubeConfig): void => {
    if (proxied) each.clusters = each.clusters.map((c) => (c.name === cluster.name ? { ...c, proxyUrl } : c))
  }
  throughProxy(config)
  const fresh = new ShortLived(
    async () => {
      const request: https.RequestOptions = proxied
        ? { timeout: options.proxyWithinMs ?? PROXY_WITHIN_MS }
        : {}
      await addCredentials(kubeconfig, request)
      if (!proxied) request.agent = agent
      // A server below a path (Rancher, `kubectl proxy --api-prefix`) keeps it.
      return { ...request, ...target(server) }
    },
    () => credentialsLate(kubeconfig),
  )
  return {
    recovery: new Recovery(() => performance.now()),
    identity: {
      kubeconfig: kubeconfigName(options),
      context: config.getCurrentContext(),
      server: server.origin,
      namespace: options.namespace ?? context.namespace ?? 'default',
    },
    prepare: () => fresh.get(),
    renew: () => {
      fresh.forget()
      const again = reloaded(options)
      // Another cluster under the same name is another one: what was learned of the first would be wrong of it.
      const now = again?.client
      if (again === undefined || now?.getCurrentCluster()?.server !== cluster.server) return
      if (now.getCurrentUser() === null) return
      throughProxy(now)
      kubeconfig = again
    },
    close: () => agent.destroy(),
  }
}

/** Writes are in sequence and reads are few at a time, so a handful of connections is all that a command uses. */
const FEW_SOCKETS = 8
/** A proxy that takes the connection and says nothing would hold it for as long as it likes. */
const PROXY_WITHIN_MS = 10_000

/** undefined: it cannot be read now, for somebody may be writing it */
function reloaded(options: ConnectionOptions): Kubeconfig | undefined {
  try {
    return loadKubeconfig(options)
  } catch {
    return undefined
  }
}

const target = (server: URL): https.RequestOptions => ({
  protocol: server.protocol,
  hostname: server.hostname.replace(/^\[|\]$/g, ''),
  ...(server.port === '' ? {} : { port: server.port }),
  path: server.pathname.replace(/\/+$/, ''),
})

function unknownContext(config: KubeConfig, options: ConnectionOptions): LbctlError {
  const names = (config.getContexts() ?? []).map((c) => c.name)
  const current = config.getCurrentContext()
  const known = names.includes(current)
  const what =
    current === undefined || current === ''
      ? 'The kubeconfig names no current context.'
      : known
        ? `The context "${current}" names a cluster that is not in the kubeconfig.`
        : `The context "${current}" is not in the kubeconfig.`
  const others = names.filter((name) => name !== current)
  return new LbctlError(options.context === undefined || known ? 'input' : 'usage', what, {
    facts: { kubeconfig: kubeconfigName(options), contexts: names.length === 0 ? 'none' : names.join(', ') },
    hints: [
      others.length === 0
        ? 'Name another kubeconfig with --kubeconfig or KUBECONFIG.'
        : 'Name one of its contexts with --context.',
    ],
  })
}

function serverUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url !== undefined && (url.protocol === 'https:' || url.protocol === 'http:')) return url
  throw new LbctlError('input', 'The server of the cluster in the kubeconfig is not an http or https URL.')
}
