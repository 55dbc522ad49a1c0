// Plays kubelet for Pods that lbctl install brings: each runs in a container made of the image, with the variables, volumes and token
// that its manifest asks for; is probed as the manifest says; is ended and removed when it is to go.
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ApiServer } from '../../../src/lab/apiserver/api-server.ts'
import { Container, type Mount } from './container.ts'
import { answers, type Probe, ProbedPod } from './probed-pod.ts'
import type { Stored } from './workload-controllers.ts'

export interface PlayedNode {
  readonly namespace: string
  readonly address: string
}

export interface PodPlayerOptions {
  readonly api: ApiServer
  /** where Pods find the API server */
  readonly apiAddress: string
  readonly ca: string
  /** name of the Node → where hostNetwork is */
  readonly nodes: ReadonlyMap<string, PlayedNode>
  /** a place in the network of Pods, each time another one */
  readonly podNetwork: () => PlayedNode
  /** folder with the image, and the images that can be pulled */
  readonly root: string
  readonly images: ReadonlySet<string>
  /** for volumes */
  readonly folder: string
}

interface PlayedPod {
  readonly pod: Stored
  readonly container: Container
  readonly place: PlayedNode
  readonly probed: ProbedPod
  ending: boolean
}

const TOKEN_PATH = '/var/run/secrets/kubernetes.io/serviceaccount'

export class PodPlayer {
  readonly #options: PodPlayerOptions
  readonly #played = new Map<string, PlayedPod>()
  #volumes = 0
  /** all that ever ran, the newest last */
  readonly containers: { readonly name: string; readonly container: Container }[] = []

  constructor(options: PodPlayerOptions) {
    this.#options = options
  }

  /** By the name of the Pod, while it runs. */
  running(name: string): PlayedPod | undefined {
    return [...this.#played.values()].find(({ pod }) => pod.metadata.name === name)
  }

  /** Where a Pod of the component is reached that is ready. */
  readyAddress(component: string): string | undefined {
    const found = [...this.#played.values()].find(
      ({ pod, probed }) => probed.ready && pod.metadata.labels['app.kubernetes.io/component'] === component,
    )
    return found?.place.namespace === undefined ? undefined : found.place.address
  }

  /** The network namespace of an address of the Pods. */
  namespaceOf(address: string): string | undefined {
    return [...this.#played.values()].find(({ place }) => place.address === address)?.place.namespace
  }

  look(): void {
    const now = new Map(
      (this.#options.api.store.list('pods') as readonly Stored[]).map((pod) => [uidOf(pod), pod]),
    )
    for (const [uid, played] of this.#played) {
      const pod = now.get(uid)
      if (pod === undefined || pod.metadata.deletionTimestamp !== undefined) void this.#end(uid, played)
      else this.#refresh(pod, played)
    }
    for (const [uid, pod] of now)
      if (!this.#played.has(uid) && this.#options.nodes.has(pod.spec.nodeName)) this.#start(uid, pod)
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#played].map(([uid, played]) => this.#end(uid, played)))
  }

  #start(uid: string, pod: Stored): void {
    const [spec] = pod.spec.containers
    if (pod.metadata.deletionTimestamp !== undefined) {
      this.#options.api.store.remove('pods', keyOf(pod))
      return
    }
    if (!this.#options.images.has(spec.image)) {
      const waiting = { reason: 'ImagePullBackOff', message: `Back-off pulling image "${spec.image}"` }
      if (pod.status?.containerStatuses === undefined)
        this.#write(pod, { phase: 'Pending' }, { waiting }, false)
      return
    }
    const place = this.#placeOf(pod)
    const mounts = [this.#token(pod), ...this.#mounts(pod)]
    const env = { HOSTNAME: pod.metadata.name, ...this.#serverVariables(), ...this.#variables(pod, place) }
    const { namespace } = place
    const container = new Container(spec, pod.spec.securityContext ?? {}, {
      ...{ namespace, root: this.#options.root, mounts, env },
    })
    this.containers.push({ name: pod.metadata.name, container })
    const probe = (one: Probe): Promise<boolean> => answers(place, one)
    const probed = new ProbedPod(spec, probe)
    this.#played.set(uid, { pod, container, place, probed, ending: false })
    const startedAt = new Date().toISOString()
    const ips = { podIP: place.address, hostIP: this.#options.nodes.get(pod.spec.nodeName)?.address }
    this.#write(pod, { phase: 'Running', startTime: startedAt, ...ips }, { running: { startedAt } }, false)
  }

  #placeOf({ spec }: Stored): PlayedNode {
    const node = this.#options.nodes.get(spec.nodeName)
    if (node === undefined) throw new Error(`there is no node ${spec.nodeName}`)
    return spec.hostNetwork === true ? node : this.#options.podNetwork()
  }

  #serverVariables(): Readonly<Record<string, string>> {
    const { api, apiAddress } = this.#options
    return { KUBERNETES_SERVICE_HOST: apiAddress, KUBERNETES_SERVICE_PORT: String(api.port) }
  }

  #variables(pod: Stored, place: PlayedNode): Readonly<Record<string, string>> {
    const fields: Readonly<Record<string, string>> = {
      'metadata.name': pod.metadata.name,
      'metadata.namespace': pod.metadata.namespace,
      'spec.nodeName': pod.spec.nodeName,
      'status.hostIP': this.#options.nodes.get(pod.spec.nodeName)?.address ?? '',
      'status.podIP': place.address,
    }
    return Object.fromEntries(
      (pod.spec.containers[0].env ?? []).map(({ name, value, valueFrom }: Stored) => [
        name,
        value ?? fields[valueFrom.fieldRef.fieldPath],
      ]),
    )
  }

  /** As kubelet projects it: for the user of the container alone. */
  #token({ metadata, spec }: Stored): Mount {
    const user = `system:serviceaccount:${metadata.namespace}:${spec.serviceAccountName}`
    const folder = this.#newFolder()
    const owner = spec.securityContext?.runAsUser ?? 0
    const files = {
      token: this.#options.api.token(user),
      'ca.crt': this.#options.ca,
      namespace: metadata.namespace as string,
    }
    for (const [name, text] of Object.entries(files)) {
      writeFileSync(join(folder, name), text, { mode: 0o600 })
      chownSync(join(folder, name), owner, owner)
    }
    return { at: TOKEN_PATH, from: folder, readOnly: true }
  }

  #mounts({ metadata, spec }: Stored): readonly Mount[] {
    return (spec.containers[0].volumeMounts ?? []).map(({ name, mountPath, readOnly }: Stored): Mount => {
      const volume = spec.volumes.find((each: Stored) => each.name === name)
      if (volume.emptyDir !== undefined) return { at: mountPath, from: undefined, readOnly: false }
      const from = this.#newFolder()
      this.#secrets.set(from, { ...volume.secret, namespace: metadata.namespace })
      this.#fill(from)
      return { at: mountPath, from, readOnly: readOnly === true }
    })
  }

  readonly #secrets = new Map<string, Stored>()

  /** A Secret that is made later appears in the folder of who runs already. */
  #fill(folder: string): void {
    const { namespace, secretName, defaultMode, optional } = this.#secrets.get(folder)
    const secret = this.#options.api.store.get('secrets', `${namespace}/${secretName}`) as Stored
    if (secret === undefined && optional !== true) throw new Error(`there is no Secret ${secretName}`)
    for (const [name, value] of Object.entries((secret?.data ?? {}) as Record<string, string>)) {
      const path = join(folder, name)
      const bytes = Buffer.from(value, 'base64')
      if (existsSync(path) && readFileSync(path).equals(bytes)) continue
      // At once, as kubelet does it: nobody reads half a file.
      writeFileSync(`${folder}.new`, bytes, { mode: defaultMode })
      renameSync(`${folder}.new`, path)
    }
  }

  #newFolder(): string {
    const folder = join(this.#options.folder, `volume-${++this.#volumes}`)
    mkdirSync(folder)
    return folder
  }

  #refresh(pod: Stored, played: PlayedPod): void {
    const { container, probed } = played
    for (const folder of this.#secrets.keys()) this.#fill(folder)
    if (container.exit !== undefined) {
      const terminated = { exitCode: container.exit.code ?? 137, reason: 'Error' }
      if (pod.status.phase === 'Running') this.#write(pod, { phase: 'Failed' }, { terminated }, false)
      return
    }
    probed.look()
    if (probed.mustBeKilled) container.kill()
    const told = pod.status.conditions?.[0]?.status === 'True'
    if (told !== probed.ready) this.#write(pod, {}, pod.status.containerStatuses[0].state, probed.ready)
  }

  #write(pod: Stored, status: object, state: object, ready: boolean): void {
    const [{ name, image }] = pod.spec.containers
    const containerStatuses = [{ name, image, imageID: '', ready, restartCount: 0, state }]
    const conditions = [{ type: 'Ready', status: ready ? 'True' : 'False' }]
    this.#options.api.applyObjects([
      {
        ...pod,
        ...{ apiVersion: 'v1', kind: 'Pod' },
        status: { ...pod.status, ...status, conditions, containerStatuses },
      },
    ])
  }

  async #end(uid: string, played: PlayedPod): Promise<void> {
    if (played.ending) return
    played.ending = true
    const { spec } = played.pod
    await played.container.stop((spec.terminationGracePeriodSeconds ?? 30) * 1000)
    this.#played.delete(uid)
    const stored = this.#options.api.store.get('pods', keyOf(played.pod)) as Stored
    if (stored !== undefined && uidOf(stored) === uid)
      this.#options.api.store.remove('pods', keyOf(played.pod))
  }
}

const uidOf = ({ metadata }: Stored): string => metadata.uid
const keyOf = ({ metadata }: Stored): string => `${metadata.namespace}/${metadata.name}`
