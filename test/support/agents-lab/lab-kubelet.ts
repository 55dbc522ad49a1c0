// Plays kubelet for the embedded API server: sees Pods with a node's name, runs lbctl in the namespace of that node, writes what a kubelet
// writes into their status, serves their logs, and ends and removes those that are deleted.
import { type ChildProcess, spawn } from 'node:child_process'
import type { ApiServer } from '../../../src/lab/apiserver/api-server.ts'
import { cleanEnv, root, runJs } from '../cli.ts'

// biome-ignore lint/suspicious/noExplicitAny: objects as they are stored, of any shape
type Pod = any

export interface LabKubeletOptions {
  /** name of the Node → its namespace; Pods of other nodes are never taken up */
  readonly nodes: ReadonlyMap<string, string>
  /** images that can be pulled */
  readonly images: ReadonlySet<string>
}

const LOOK_AGAIN_MS = 50

export class LabKubelet {
  readonly #options: LabKubeletOptions
  readonly #running = new Map<string, ChildProcess>()
  readonly #logs = new Map<string, string>()
  readonly #since = new Map<string, number>()
  #api: ApiServer | undefined
  #timer: NodeJS.Timeout | undefined
  /** Pods that were started, as they were made: spec and metadata */
  readonly started: Pod[] = []
  /** what a log loses at its end; for the log that was cut */
  cutLogs = 0
  /** what becomes of containers: they run, never end by themselves, or are evicted while they run */
  fate: 'run' | 'stick' | 'evict' = 'run'
  /** how long a second of activeDeadlineSeconds lasts */
  secondMs = 1000

  constructor(options: LabKubeletOptions) {
    this.#options = options
  }

  readonly log = ({ namespace, name }: { namespace: string; name: string }): string | undefined => {
    const text = this.#logs.get(`${namespace}/${name}`)
    return this.cutLogs === 0 ? text : text?.slice(0, -this.cutLogs)
  }

  serve(api: ApiServer): void {
    this.#api = api
    this.#timer = setInterval(() => this.#look(), LOOK_AGAIN_MS)
  }

  stop(): void {
    clearInterval(this.#timer)
    for (const child of this.#running.values()) child.kill('SIGKILL')
  }

  get pods(): readonly Pod[] {
    return this.#api?.store.list('pods') ?? []
  }

  #look(): void {
    for (const pod of this.pods) {
      const { nodeName } = pod.spec
      const key = `${pod.metadata.namespace}/${pod.metadata.name}`
      if (
        !this.#options.nodes.has(nodeName) ||
        pod.metadata.labels?.['app.kubernetes.io/component'] !== 'agent'
      )
        continue
      if (pod.metadata.deletionTimestamp !== undefined) this.#remove(key)
      else if (pod.status.phase === 'Pending' && pod.status.containerStatuses === undefined)
        this.#start(pod, key)
      else if (this.#running.has(key)) this.#mayEnd(pod, key)
    }
  }

  /** The two reasons for which kubelet itself ends a container. */
  #mayEnd(pod: Pod, key: string): void {
    const lastedMs = Date.now() - (this.#since.get(key) ?? Date.now())
    if (lastedMs > pod.spec.activeDeadlineSeconds * this.secondMs)
      this.#end(pod, key, 'DeadlineExceeded', 'Pod was active on the node longer than the specified deadline')
    else if (this.fate === 'evict') this.#end(pod, key, 'Evicted', 'The node was low on resource: memory. ')
  }

  #end(pod: Pod, key: string, reason: string, message: string): void {
    this.#running.get(key)?.kill('SIGKILL')
    this.#running.delete(key)
    this.#write({ ...pod, status: { ...pod.status, reason, message } }, 'Failed', {
      terminated: { exitCode: 137, reason: 'Error' },
    })
  }

  #remove(key: string): void {
    this.#running.get(key)?.kill('SIGKILL')
    this.#running.delete(key)
    this.#api?.store.remove('pods', key)
  }

  #start(pod: Pod, key: string): void {
    const [container] = pod.spec.containers
    if (!this.#options.images.has(container.image)) {
      const message = `Back-off pulling image "${container.image}"`
      this.#write(pod, 'Pending', { waiting: { reason: 'ImagePullBackOff', message } })
      return
    }
    this.started.push(structuredClone(pod))
    this.#write(pod, 'Running', { running: { startedAt: new Date().toISOString() } })
    const namespace = this.#options.nodes.get(pod.spec.nodeName) ?? ''
    const words = this.fate !== 'run' ? ['sleep', '60'] : [process.execPath, runJs, ...container.args]
    const child = spawn('ip', ['netns', 'exec', namespace, ...words], { cwd: root, env: cleanEnv() })
    this.#running.set(key, child)
    this.#since.set(key, Date.now())
    this.#logs.set(key, '')
    const more = (bytes: Buffer): void => void this.#logs.set(key, `${this.#logs.get(key) ?? ''}${bytes}`)
    child.stdout.on('data', more)
    child.stderr.on('data', more)
    child.on('close', (exitCode) => {
      if (!this.#running.delete(key)) return
      const now = this.#api?.store.get('pods', key)
      const reason = exitCode === 0 ? 'Completed' : 'Error'
      if (now !== undefined)
        this.#write(now, exitCode === 0 ? 'Succeeded' : 'Failed', { terminated: { exitCode, reason } })
    })
  }

  #write(pod: Pod, phase: string, state: object): void {
    const [{ name, image }] = pod.spec.containers
    const containerStatuses = [{ name, image, imageID: '', ready: false, restartCount: 0, state }]
    this.#api?.applyObjects([
      { apiVersion: 'v1', kind: 'Pod', ...pod, status: { ...pod.status, phase, containerStatuses } },
    ])
  }
}
