// The way into a cluster: kubeconfig and credentials by client-node, connections by node:https.
//
// client-node reads the kubeconfig (KUBECONFIG, ~/.kube/config, service account), merges files, resolves the context, and
// gets credentials (token, token file, client certificate, exec plugin, OIDC). Everything after that is ours: client-node 1.4
// neither pages, retries nor heeds Retry-After, and makes a new TLS connection for every request. So its options are taken per
// request (tokens rotate) and its agent only where the kubeconfig names a proxy.
import { existsSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { KubeConfig } from '@kubernetes/client-node'
import { LbctlError } from '../errors/lbctl-error.ts'
import type { ClusterIdentity } from '../migrate/ports.ts'
import { proxyFromEnvironment } from './proxy.ts'

export interface ConnectionOptions {
  /** path of a kubeconfig file; left out: KUBECONFIG, then ~/.kube/config, then the service account of the Pod */
  readonly kubeconfig?: string | undefined
  readonly context?: string | undefined
  /** for requests that name none; left out: the namespace of the context */
  readonly namespace?: string | undefined
  /** where HTTPS_PROXY and NO_PROXY are looked up; default process.env */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** connections at a time; default 8: a watch holds one for as long as it goes on */
  readonly sockets?: number
}

export interface Connection {
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
  let config = loadConfig(options)
  const context = config.getContextObject(config.getCurrentContext())
  const cluster = config.getCurrentCluster()
  if (context === null || cluster === null) throw unknownContext(config, options)
  // Without a user client-node leaves the cluster's CA out as well.
  if (config.getCurrentUser() === null)
    throw new LbctlError(
      'input',
      `The context "${config.getCurrentContext()}" names no user that is in the kubeconfig.`,
      { facts: { kubeconfig: kubeconfigOf(options) }, hints: ['Look at it with: kubectl config view'] },
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
  const fresh = shortLived(async () => {
    const request: https.RequestOptions = {}
    await credentials(config, request)
    if (!proxied) request.agent = agent
    // A server below a path (Rancher, `kubectl proxy --api-prefix`) keeps it.
    return { ...request, ...target(server) }
  })
  return {
    identity: {
      kubeconfig: kubeconfigOf(options),
      context: config.getCurrentContext(),
      server: server.origin,
      namespace: options.namespace ?? context.namespace ?? 'default',
    },
    prepare: fresh.get,
    renew: () => {
      fresh.forget()
      const again = reloaded(options)
      // Another cluster under the same name is another one: what was learned of the first would be wrong of it.
      if (again?.getCurrentCluster()?.server !== cluster.server || again.getCurrentUser() === null) return
      throughProxy(again)
      config = again
    },
    close: () => agent.destroy(),
  }
}

/** An exec plugin that names no expiry would run for every request, and several at once for parallel ones. */
const CREDENTIALS_LIFETIME_MS = 5_000

function shortLived<T>(make: () => Promise<T>): {
  readonly get: () => Promise<T>
  readonly forget: () => void
} {
  let made: { readonly atMs: number; readonly value: Promise<T> } | undefined
  const forget = (): void => {
    made = undefined
  }
  const get = (): Promise<T> => {
    const nowMs = performance.now()
    if (made === undefined || nowMs - made.atMs > CREDENTIALS_LIFETIME_MS) {
      const value = make()
      made = { atMs: nowMs, value }
      value.catch(forget)
    }
    return made.value
  }
  return { get, forget }
}

/** Writes are in sequence and reads are few at a time, so a handful of connections is all that a command uses. */
const FEW_SOCKETS = 8

/** undefined: it cannot be read now, for somebody may be writing it */
function reloaded(options: ConnectionOptions): KubeConfig | undefined {
  try {
    return loadConfig(options)
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

function loadConfig(options: ConnectionOptions): KubeConfig {
  const config = new KubeConfig()
  const file = options.kubeconfig
  try {
    if (file === undefined) config.loadFromDefault()
    else config.loadFromFile(file)
  } catch (cause) {
    throw unreadable(file ?? process.env['KUBECONFIG'] ?? USUAL_FILE, cause)
  }
  if (file === undefined && usesFallback(config))
    throw new LbctlError(
      'input',
      'No cluster is configured: there is no kubeconfig, and this is not a Pod.',
      {
        hints: ['Name a kubeconfig with --kubeconfig or KUBECONFIG.'],
      },
    )
  if (options.context !== undefined) config.setCurrentContext(options.context)
  return config
}

const USUAL_FILE = '~/.kube/config'

/** Where it is read from, for messages; more than one file where KUBECONFIG has several. */
function kubeconfigOf({ kubeconfig, env = process.env }: ConnectionOptions): string {
  const named = kubeconfig ?? env['KUBECONFIG']
  if (named !== undefined && named !== '') return named
  return existsSync(join(homedir(), '.kube', 'config')) ? USUAL_FILE : 'service account of this Pod'
}

/** client-node falls back to http://localhost:8080 when it finds nothing; nobody means that. */
const usesFallback = (config: KubeConfig): boolean =>
  config.getCurrentContext() === 'loaded-context' &&
  config.getCurrentCluster()?.server === 'http://localhost:8080'

function unreadable(file: string, cause: unknown): LbctlError {
  const code = (cause as NodeJS.ErrnoException).code
  const name = { hints: ['Name another one with --kubeconfig or KUBECONFIG.'] }
  if (code === 'ENOENT') return new LbctlError('input', `The kubeconfig ${file} does not exist.`, name)
  if (code === 'EACCES')
    return new LbctlError('permission', `The kubeconfig ${file} may not be read by this user.`, name)
  // The parser's message quotes the file, and a kubeconfig holds keys: neither it nor the cause is passed on.
  return new LbctlError('input', `The kubeconfig ${file} cannot be understood.`, {
    hints: existsSync(file) ? ['Try: kubectl config view --kubeconfig FILE'] : [],
  })
}

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
    facts: { kubeconfig: kubeconfigOf(options), contexts: names.length === 0 ? 'none' : names.join(', ') },
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

async function credentials(config: KubeConfig, request: https.RequestOptions): Promise<void> {
  try {
    await config.applyToHTTPSOptions(request)
  } catch (cause) {
    const user = config.getCurrentUser()
    const command: unknown = user?.exec?.command
    // What an exec plugin printed may hold a token, so only its name and the error's code are shown.
    const code = (cause as NodeJS.ErrnoException).code
    throw new LbctlError('permission', 'The credentials for the cluster could not be obtained.', {
      facts: {
        user: user?.name ?? 'none',
        ...(typeof command === 'string' ? { plugin: command } : {}),
        ...(typeof code === 'string' ? { code } : {}),
      },
      hints: ['Log in again, or run: kubectl version'],
    })
  }
}
