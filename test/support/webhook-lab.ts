// An API server over TLS with what `lbctl install` makes, controllers that answer its reviews, and kubectl as the user.
import { request } from 'node:https'
import { CERTIFICATE_NAME } from '../../src/compose/lab-apiserver-credentials.ts'
import { installItems } from '../../src/install/install-objects.ts'
import { options } from '../../src/install/testing/options.ts'
import type { Outcome } from './cli.ts'
import { DEADLINE_MS, RunningController } from './controller-lab/running-controller.ts'
import { KubectlCluster } from './kubectl-cluster.ts'
import { eventually } from './namespaces.ts'

export const NS = 'metallb-system'
const ACCOUNT = `system:serviceaccount:${NS}:lbctl-controller`

export interface Stored {
  readonly metadata: { readonly name: string; readonly resourceVersion: string }
  readonly spec?: Readonly<Record<string, unknown>>
  readonly data?: Readonly<Record<string, string>>
}

export class WebhookLab {
  readonly cluster: KubectlCluster
  readonly controllers: RunningController[] = []
  /** whom the API server asks, as if he were the only Pod behind the Service */
  asked: RunningController | undefined

  private constructor(cluster: KubectlCluster) {
    this.cluster = cluster
  }

  static async start(): Promise<WebhookLab> {
    let lab: WebhookLab | undefined
    const cluster = await KubectlCluster.start({
      users: [ACCOUNT],
      serviceAddress: (_, name) => (name === 'lbctl-webhook' ? lab?.address : undefined),
    })
    lab = new WebhookLab(cluster)
    cluster.server.applyObjects(installItems(options({ namespace: NS })).map(({ object }) => object))
    return lab
  }

  /** As its log says; undefined until then. */
  portOf({ lines }: RunningController): number | undefined {
    for (const { msg } of lines) {
      const found = /^Webhooks are answered on port (\d+)\./.exec(String(msg))
      if (found !== null) return Number(found[1])
    }
    return undefined
  }

  /** Undefined as long as nobody answers. */
  get address(): string | undefined {
    const port = this.asked === undefined ? undefined : this.portOf(this.asked)
    return port === undefined ? undefined : `127.0.0.1:${port}`
  }

  get kubeconfig(): string {
    return this.cluster.kubeconfigOf(ACCOUNT)
  }

  /** Resolves when it answers reviews. */
  async controller(...args: readonly string[]): Promise<RunningController> {
    const made = this.spawn(...args)
    await this.ready(made)
    return made
  }

  /** Does not wait. The first one is asked. */
  spawn(...args: readonly string[]): RunningController {
    const made = new RunningController([
      ...['--kubeconfig', this.kubeconfig, '-n', NS, '--lease-duration', '3s'],
      ...['--webhook-mode', 'enabled', '--webhook-port', '0', '--deployment', 'lbctl-controller'],
      ...args,
    ])
    this.controllers.push(made)
    this.asked ??= made
    return made
  }

  async ready(controller: RunningController): Promise<void> {
    await eventually(
      'the webhooks answer',
      // The line of the log may come later than the answer.
      async () => (await controller.get('/readyz')).status === 200 && this.portOf(controller) !== undefined,
      DEADLINE_MS,
    )
  }

  apply(...objects: readonly object[]): Promise<Outcome> {
    return this.cluster.kubectl(
      ['apply', '-f', '-'],
      objects.map((each) => JSON.stringify(each)).join('\n---\n'),
    )
  }

  /** A request of the administrator, without the time that kubectl takes to start. */
  post(path: string, body: object): Promise<{ readonly status: number; readonly text: string }> {
    const { server, token, ca } = this.cluster
    const text = JSON.stringify(body)
    return new Promise((resolve, reject) => {
      const sent = request(
        `${server.url}${path}`,
        {
          ...{ method: 'POST', ca, servername: CERTIFICATE_NAME, agent: false },
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        },
        (response) => {
          let told = ''
          response.setEncoding('utf8').on('data', (chunk: string) => {
            told += chunk
          })
          response.on('end', () => resolve({ status: response.statusCode ?? 0, text: told }))
        },
      )
      sent.on('error', reject)
      sent.end(text)
    })
  }

  /** @throws with what kubectl says when it fails */
  async kubectl(...words: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.cluster.kubectl(words)
    if (code !== 0) throw new Error(`kubectl ${words.join(' ')}: ${stderr}`)
    return stdout
  }

  /** As the store has it, in the version that is stored. */
  stored(resource: string, key: string): Stored | undefined {
    return this.cluster.server.store.get(resource, key) as unknown as Stored | undefined
  }

  /** Which certificates the API server trusts, in PEM: of each webhook, and of the conversion. */
  trusted(): readonly string[] {
    type Client = { readonly clientConfig: { readonly caBundle?: string } }
    const configuration = this.stored(
      'validatingwebhookconfigurations.admissionregistration.k8s.io',
      'lbctl-webhook-configuration',
    ) as unknown as { readonly webhooks: readonly Client[] }
    const { spec } = this.stored(
      'customresourcedefinitions.apiextensions.k8s.io',
      'bgppeers.metallb.io',
    ) as unknown as { readonly spec: { readonly conversion: { readonly webhook: Client } } }
    return [...configuration.webhooks, spec.conversion.webhook].map(({ clientConfig }) =>
      Buffer.from(clientConfig.caBundle ?? '', 'base64').toString('utf8'),
    )
  }

  async remove(): Promise<void> {
    await Promise.all(this.controllers.map((each) => each.end()))
    await this.cluster.remove()
  }
}

export interface MetallbObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace: string }
  readonly spec: object
}

export const metallb = (kind: string, name: string, spec: object, namespace = NS): MetallbObject => ({
  apiVersion: `metallb.io/${kind === 'BGPPeer' ? 'v1beta2' : 'v1beta1'}`,
  kind,
  metadata: { name, namespace },
  spec,
})

export const resourceOf = (kind: string): string =>
  `${kind === 'Community' ? 'communities' : `${kind.toLowerCase()}s`}.metallb.io`
