// The laboratory's API server with TLS, since kubectl sends its token over TLS only, and kubectl as a user of it.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CERTIFICATE_NAME, newCredentials } from '../../src/compose/lab-apiserver-credentials.ts'
import { type ApiServer, type ApiServerOptions, startApiServer } from '../../src/lab/apiserver/api-server.ts'
import type { GivenToken } from '../../src/lab/apiserver/auth/token-book.ts'
import { type Outcome, run } from './cli.ts'

export class KubectlCluster {
  readonly server: ApiServer
  readonly folder = mkdtempSync(join(tmpdir(), 'lbctl-cluster-'))
  /** of the administrator */
  readonly kubeconfig: string
  /** of the administrator, for requests without kubectl */
  readonly token: string
  /** that signed what the server shows, in PEM */
  readonly ca: string

  private constructor(server: ApiServer, token: string, ca: string) {
    this.server = server
    this.token = token
    this.ca = ca
    this.kubeconfig = this.kubeconfigOf('admin')
  }

  /** `users`: who may come besides the administrator; what they may do is a matter of Roles. */
  static async start(
    options: Pick<ApiServerOptions, 'serviceAddress' | 'audit'> & { readonly users?: readonly string[] } = {},
  ): Promise<KubectlCluster> {
    const { users = [], ...rest } = options
    const { token, ...tls } = newCredentials(Date.now())
    const tokens: readonly GivenToken[] = [
      { token, user: 'admin', groups: ['system:masters'] },
      ...users.map((user) => ({ token: `token-of-${user}`, user })),
    ]
    const server = await startApiServer({ ...rest, tls: { ...tls, serverName: CERTIFICATE_NAME }, tokens })
    return new KubectlCluster(server, token, tls.ca)
  }

  /** The path of a kubeconfig with the credentials of a user. */
  kubeconfigOf(user: string): string {
    const path = join(this.folder, `kubeconfig-${user.replaceAll(/[^a-z]/g, '-')}`)
    writeFileSync(path, this.server.kubeconfig(user))
    return path
  }

  kubectl(args: readonly string[], stdin: string | object = ''): Promise<Outcome> {
    const cache = `--cache-dir=${join(this.folder, 'cache')}`
    const text = typeof stdin === 'string' ? stdin : JSON.stringify(stdin)
    return run('kubectl', ['--kubeconfig', this.kubeconfig, cache, ...args], {
      stdin: text,
      env: { HOME: this.folder },
    })
  }

  async remove(): Promise<void> {
    await this.server.kill()
    rmSync(this.folder, { recursive: true, force: true })
  }
}
