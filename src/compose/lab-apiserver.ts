// `lbctl lab apiserver` put together: files → objects → a server in the foreground, until somebody stops it.
import { writeFileSync } from 'node:fs'
import { parseYaml } from '../config/source/parse.ts'
import { nodeToJson } from '../config/source/to-json.ts'
import { LbctlError } from '../errors/lbctl-error.ts'
import { type ApiServer, startApiServer } from '../lab/apiserver/api-server.ts'
import { readSources } from './files.ts'
import { CERTIFICATE_NAME, keptCredentials, newCredentials } from './lab-apiserver-credentials.ts'

export interface LabApiserverRequest {
  readonly port: number
  readonly persist: string | undefined
  readonly kubeconfigOut: string | undefined
  readonly files: readonly string[]
}

export interface LabTerminal {
  /** stdout: where the server is */
  readonly out: (text: string) => void
  /** stderr */
  readonly say: (text: string) => void
}

/** Runs until the signal. @throws LbctlError */
export async function runLabApiserver(
  request: LabApiserverRequest,
  { out, say }: LabTerminal,
  signal: AbortSignal,
): Promise<void> {
  const objects = await readObjects(request.files)
  const server = await start(request)
  try {
    load(server, objects)
    const kubeconfig = request.kubeconfigOut
    if (kubeconfig !== undefined) writeKubeconfig(kubeconfig, server.kubeconfig())
    say('An API server for laboratories and tests, in memory: no production API server. Ctrl-C ends it.')
    out(`${server.url}\n`)
    if (kubeconfig !== undefined) say(`kubectl --kubeconfig ${kubeconfig} get services -A`)
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve()
      signal.addEventListener('abort', () => resolve(), { once: true })
    })
  } finally {
    await server.stop()
  }
}

/** Definitions come first, whatever file they are in: the other objects need them. */
async function readObjects(paths: readonly string[]): Promise<readonly object[]> {
  if (paths.length === 0) return []
  const { sources } = await readSources(paths)
  const objects = sources.flatMap((source) => {
    const { documents, diagnostics } = parseYaml(source)
    const [first] = diagnostics
    if (first !== undefined) throw new LbctlError('input', `${source.name} cannot be read: ${first.message}`)
    return documents.map((document) => nodeToJson(document) as object)
  })
  const rank = (object: object): number =>
    'kind' in object && object.kind === 'CustomResourceDefinition' ? 0 : 1
  return [...objects].sort((a, b) => rank(a) - rank(b))
}

async function start({ port, persist }: LabApiserverRequest): Promise<ApiServer> {
  try {
    const now = Date.now()
    const { token, ...tls } =
      persist === undefined ? newCredentials(now) : keptCredentials(`${persist}.credentials`, now)
    const tokens = [{ token, user: 'admin', groups: ['system:masters'] }]
    return await startApiServer({
      port,
      tls: { ...tls, serverName: CERTIFICATE_NAME },
      tokens,
      ...(persist === undefined ? {} : { persistTo: persist }),
    })
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'EADDRINUSE') {
      throw new LbctlError('conflict', `Port ${port} of 127.0.0.1 is taken by another program.`, {
        hints: ['Choose another with --port, or none: then a free one is taken.'],
        cause: error,
      })
    }
    if (code === undefined) throw error
    throw new LbctlError('input', `The API server cannot be started: ${code}.`, { cause: error })
  }
}

function load(server: ApiServer, objects: readonly object[]): void {
  try {
    server.applyObjects(objects)
  } catch (error) {
    if (!(error instanceof Error)) throw error
    throw new LbctlError('input', `An object cannot be loaded: ${error.message}.`, {
      hints: ['Give the CustomResourceDefinition of its kind with -f as well.'],
      cause: error,
    })
  }
}

function writeKubeconfig(path: string, text: string): void {
  try {
    // It holds a token, so it is for its owner only.
    writeFileSync(path, text, { mode: 0o600 })
  } catch (error) {
    throw new LbctlError(
      'input',
      `The kubeconfig cannot be written to ${path}: ${(error as NodeJS.ErrnoException).code}.`,
      {
        cause: error,
      },
    )
  }
}
