// Which kubeconfig, and all that kubectl reads from it. client-node parses; what it leaves out is put in here:
// - `tokenFile` (it knows `token-file`, which nobody writes), read again once a minute
// - names in several files of KUBECONFIG: the first one counts, and a file that is not there is passed over
// - `as-groups`, `as-uid`; a plugin's path relative to the file, and the KUBERNETES_EXEC_INFO that plugins ask for
import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, dirname, isAbsolute, join, resolve } from 'node:path'
import { KubeConfig } from '@kubernetes/client-node'
import { parseYaml } from '../config/source/parse.ts'
import { Source } from '../config/source/source.ts'
import { nodeToJson } from '../config/source/to-json.ts'
import { LbctlError } from '../errors/lbctl-error.ts'
import { asRecord, asText } from './status.ts'

export interface KubeconfigOptions {
  /** path of a kubeconfig file; left out: KUBECONFIG, then ~/.kube/config, then the service account of the Pod */
  readonly kubeconfig?: string | undefined
  readonly context?: string | undefined
  /** default process.env */
  readonly env?: Readonly<Record<string, string | undefined>>
}

export interface Kubeconfig {
  readonly client: KubeConfig
  /** who the user wants to be taken for, besides what client-node sends */
  readonly headers: Readonly<Record<string, string | string[]>>
}

const USUAL_FILE = '~/.kube/config'
const ACCOUNT_TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount/token'

/** Where it is read from, for messages; more than one file where KUBECONFIG has several. */
export function kubeconfigName({ kubeconfig, env = process.env }: KubeconfigOptions): string {
  const named = kubeconfig ?? env['KUBECONFIG']
  if (named !== undefined && named !== '') return named
  return existsSync(usualFile()) ? USUAL_FILE : 'service account of this Pod'
}

const usualFile = (): string => join(homedir(), '.kube', 'config')

/** @throws LbctlError `input` */
export function loadKubeconfig(options: KubeconfigOptions): Kubeconfig {
  const client = new KubeConfig()
  const users = new Map<string, RawUser>()
  const files = filesOf(options)
  if (files.length === 0) loadAccount(client, options.env ?? process.env)
  for (const file of files) merge(client, read(file), users)
  if (options.context !== undefined) client.setCurrentContext(options.context)
  complete(client, users)
  return { client, headers: impersonation(users.get(client.getCurrentUser()?.name ?? '')?.raw) }
}

function filesOf({ kubeconfig, env = process.env }: KubeconfigOptions): readonly string[] {
  if (kubeconfig !== undefined) return [kubeconfig]
  const named = (env['KUBECONFIG'] ?? '').split(delimiter).filter((name) => name !== '')
  const [first] = named
  if (first === undefined) return [usualFile()].filter((file) => existsSync(file))
  const there = named.filter((file) => existsSync(file))
  return there.length === 0 ? [first] : there
}

function loadAccount(client: KubeConfig, env: Readonly<Record<string, string | undefined>>): void {
  if (!existsSync(ACCOUNT_TOKEN))
    throw new LbctlError(
      'input',
      'No cluster is configured: there is no kubeconfig, and this is not a Pod.',
      { hints: ['Name a kubeconfig with --kubeconfig or KUBECONFIG.'] },
    )
  if ((env['KUBERNETES_SERVICE_HOST'] ?? '') === '' || (env['KUBERNETES_SERVICE_PORT'] ?? '') === '')
    throw new LbctlError(
      'input',
      'There is the token of a Pod and no address of an API server: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set.',
      {
        hints: ['Something takes variables away from this process; or name a kubeconfig with --kubeconfig.'],
      },
    )
  client.loadFromCluster()
}

interface RawUser {
  readonly raw: Readonly<Record<string, unknown>>
  readonly folder: string
}

interface ReadFile {
  readonly client: KubeConfig
  readonly users: ReadonlyMap<string, RawUser>
}

function read(file: string): ReadFile {
  const client = new KubeConfig()
  const folder = dirname(resolve(file))
  try {
    const text = readFileSync(file, 'utf8')
    client.loadFromString(text)
    client.makePathsAbsolute(folder)
    const [document] = parseYaml(new Source(file, text)).documents
    const listed = document === undefined ? [] : asRecord(nodeToJson(document))['users']
    const users = (Array.isArray(listed) ? listed : []).map((each): [string, RawUser] => {
      const { name, user } = asRecord(each)
      return [asText(name), { raw: asRecord(user), folder }]
    })
    return { client, users: new Map(users) }
  } catch (cause) {
    throw unreadable(file, cause)
  }
}

/** As kubectl does it: whatever was named before stays. */
function merge(into: KubeConfig, { client, users }: ReadFile, all: Map<string, RawUser>): void {
  const join = <T extends { readonly name: string }>(first: readonly T[], more: readonly T[]): T[] => {
    const names = new Set(first.map(({ name }) => name))
    return [...first, ...more.filter(({ name }) => !names.has(name))]
  }
  into.clusters = join(into.clusters, client.clusters)
  into.users = join(into.users, client.users)
  into.contexts = join(into.contexts, client.contexts)
  if ((into.currentContext ?? '') === '') into.currentContext = client.currentContext
  for (const [name, user] of users) if (!all.has(name)) all.set(name, user)
}

function complete(client: KubeConfig, users: ReadonlyMap<string, RawUser>): void {
  const current = client.getCurrentUser()?.name
  client.users = client.users.map((user) => {
    const found = users.get(user.name)
    const tokenFile = asText(found?.raw['tokenFile'])
    if (found !== undefined && tokenFile !== '') {
      // The file wins over `token`, as in kubectl.
      const { token: _, ...rest } = user
      const path = absolute(found.folder, tokenFile)
      return { ...rest, authProvider: { name: 'tokenFile', config: { tokenFile: path } } }
    }
    if (found === undefined || user.exec === null || user.exec === undefined) return user
    return { ...user, exec: plugin(asRecord(user.exec), found.folder, client, user.name === current) }
  })
}

const absolute = (folder: string, path: string): string => (isAbsolute(path) ? path : join(folder, path))

function plugin(
  exec: Readonly<Record<string, unknown>>,
  folder: string,
  client: KubeConfig,
  current: boolean,
): object {
  const command = asText(exec['command'])
  const cluster = client.getCurrentCluster()
  const told = current && exec['provideClusterInfo'] === true && cluster !== null
  const info = {
    apiVersion: exec['apiVersion'],
    kind: 'ExecCredential',
    spec: {
      // It gets no terminal: what it would ask nobody could answer.
      interactive: false,
      ...(told
        ? {
            cluster: {
              server: cluster.server,
              'tls-server-name': cluster.tlsServerName,
              'insecure-skip-tls-verify': cluster.skipTLSVerify || undefined,
              'certificate-authority-data':
                cluster.caData ??
                (cluster.caFile === undefined ? undefined : readFileSync(cluster.caFile).toString('base64')),
              'proxy-url': cluster.proxyUrl,
            },
          }
        : {}),
    },
  }
  const env = Array.isArray(exec['env']) ? exec['env'] : []
  return {
    ...exec,
    // A name without a slash is looked up in PATH; everything else is relative to the file.
    ...(command.includes('/') ? { command: absolute(folder, command) } : {}),
    env: [...env, { name: 'KUBERNETES_EXEC_INFO', value: JSON.stringify(info) }],
  }
}

function impersonation(raw: RawUser['raw'] = {}): Record<string, string | string[]> {
  const groups = raw['as-groups']
  const uid = asText(raw['as-uid'])
  return {
    ...(Array.isArray(groups) ? { 'Impersonate-Group': groups.map(String) } : {}),
    ...(uid === '' ? {} : { 'Impersonate-Uid': uid }),
  }
}

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
