// A broken installation in the embedded API server, and `lbctl` beside it with a state directory of its own.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { customResourceDefinitions } from '../../src/config/crds/custom-resource-definitions.ts'
import { printYaml } from '../../src/config/print.ts'
import { textAt } from '../../src/diagnose/cluster/object-fields.ts'
import { FAULT_CASES } from '../../src/diagnose/cluster/testing/all-cases.ts'
import { healthyWorld, type World } from '../../src/diagnose/cluster/testing/world.ts'
import { slice } from '../../src/diagnose/cluster/testing/world-objects.ts'
import { REMEDY_CASES } from '../../src/fix/testing/remedy-cases.ts'
import { type ApiServer, startApiServer } from '../../src/lab/apiserver/api-server.ts'
import { lbctl } from './cli.ts'
import { RunningController } from './controller-lab/running-controller.ts'

/** What the API server counts and signs with every write. */
const COUNTED = ['resourceVersion', 'managedFields', 'generation']

export class FixLab {
  readonly folder = mkdtempSync(join(tmpdir(), 'lbctl-fix-'))
  readonly server: ApiServer
  #controller: RunningController | undefined

  constructor(server: ApiServer) {
    this.server = server
  }

  /** @param name of a case of the diagnosis or of the remedies */
  static async of(name: string): Promise<FixLab> {
    const made = new FixLab(await startApiServer())
    const { planes } = FixLab.worldOf(name)
    made.server.applyObjects([...customResourceDefinitions(), ...Object.values(planes).flat()])
    writeFileSync(made.kubeconfig, made.server.kubeconfig())
    return made
  }

  static worldOf(name: string): World {
    const found = [...FAULT_CASES, ...REMEDY_CASES].find((each) => each.name === name)
    if (found === undefined) throw new Error(`no case "${name}"`)
    const world = healthyWorld()
    found.fault(world)
    const known = new Set(world.planes.endpointSlices.map(({ metadata }) => metadata.name))
    for (const { metadata } of world.planes.services)
      if (metadata.namespace === 'shop' && !known.has(`${metadata.name}-x1`))
        world.planes.endpointSlices.push(slice(`shop/${metadata.name}`, ['node-a', 'node-b']))
    // The API server has an event where the object is that it is about.
    for (const event of world.planes.events)
      Object.assign(event.metadata, { namespace: textAt(event, 'involvedObject', 'namespace') ?? 'default' })
    return world
  }

  get kubeconfig(): string {
    return join(this.folder, 'kubeconfig')
  }

  get records(): string {
    return join(this.folder, 'state', 'lbctl', 'fix')
  }

  run(...words: string[]) {
    return lbctl([...words, '--kubeconfig', this.kubeconfig], {
      env: { XDG_STATE_HOME: join(this.folder, 'state') },
    })
  }

  /** The allocator, where a Service waits for an address. */
  async withController(): Promise<void> {
    this.#controller = new RunningController([
      ...['--kubeconfig', this.kubeconfig, '-n', 'metallb-system'],
      // The objects say that MetalLB's own controller runs here, whose part it takes.
      '--force',
    ])
    await this.#controller.until('leading')
  }

  async get(path: string): Promise<unknown> {
    const response = await fetch(`${this.server.url}${path}`, {
      headers: { authorization: `Bearer ${this.server.token()}` },
    })
    return response.json()
  }

  async patch(path: string, body: object): Promise<void> {
    await fetch(`${this.server.url}${path}`, {
      method: 'PATCH',
      headers: {
        authorization: `Bearer ${this.server.token()}`,
        'content-type': 'application/merge-patch+json',
      },
      body: JSON.stringify(body),
    })
  }

  /** Everything that a fix may touch, as text, without what the server counts and without statuses. */
  async state(): Promise<string> {
    const metallb = '/apis/metallb.io/v1beta1/namespaces/metallb-system'
    const paths = [
      ...[
        '/api/v1/nodes',
        '/api/v1/namespaces',
        '/api/v1/services',
        '/api/v1/namespaces/kube-system/configmaps',
      ],
      ...['ipaddresspools', 'l2advertisements', 'bgpadvertisements'].map((each) => `${metallb}/${each}`),
      '/apis/metallb.io/v1beta2/namespaces/metallb-system/bgppeers',
    ]
    const lists = (await Promise.all(paths.map((path) => this.get(path)))) as { items: unknown[] }[]
    const kept = JSON.stringify(
      lists.map(({ items }) => items),
      (key, value) => (COUNTED.includes(key) || key === 'status' ? undefined : value),
    )
    return printYaml(JSON.parse(kept), { sortKeys: true })
  }

  async remove(): Promise<void> {
    await this.#controller?.end()
    await this.server.stop()
    rmSync(this.folder, { recursive: true, force: true })
  }
}
