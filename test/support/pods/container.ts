// A container of a Pod as a process: the image as its root, the user, capabilities, mounts and variables that the manifest says, and
// nothing more, no HOME among them.
import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { entryPoint, imageEnvironment, imageUser } from './image.ts'

const launcher = fileURLToPath(new URL('contained.mjs', import.meta.url))

export interface Mount {
  /** path in the container */
  readonly at: string
  /** folder of this machine; undefined: an empty one in memory */
  readonly from: string | undefined
  readonly readOnly: boolean
}

export interface ContainerPlace {
  /** network namespace */
  readonly namespace: string
  /** folder with the image */
  readonly root: string
  readonly mounts: readonly Mount[]
  readonly env: Readonly<Record<string, string>>
}

/** As far as a manifest of ours has them. */
export interface ContainerSpec {
  readonly command?: readonly string[]
  readonly args?: readonly string[]
  readonly securityContext?: {
    readonly runAsUser?: number
    readonly runAsGroup?: number
    readonly readOnlyRootFilesystem?: boolean
    readonly allowPrivilegeEscalation?: boolean
    readonly capabilities?: { readonly add?: readonly string[]; readonly drop?: readonly string[] }
  }
}

/** By number in linux/capability.h. */
const CAPABILITIES: Readonly<Record<string, number>> = { NET_BIND_SERVICE: 10, NET_ADMIN: 12, NET_RAW: 13 }

export class Container {
  readonly #child: ChildProcess
  output = ''
  /** null after a signal */
  exit: { readonly code: number | null } | undefined
  readonly exited: Promise<void>

  /** @param pod what the Pod says for all of its containers */
  constructor(
    spec: ContainerSpec,
    pod: { readonly runAsUser?: number; readonly runAsGroup?: number },
    place: ContainerPlace,
  ) {
    const own = { ...pod, ...spec.securityContext }
    const { capabilities = {} } = spec.securityContext ?? {}
    if (String(capabilities.drop) !== 'ALL' || own.allowPrivilegeEscalation !== false)
      throw new Error('this player starts nothing that keeps the rights of a runtime')
    const described = {
      ...{ root: place.root, mounts: place.mounts, readOnlyRoot: own.readOnlyRootFilesystem === true },
      user: own.runAsUser ?? imageUser[0],
      group: own.runAsGroup ?? (own.runAsUser === 0 ? 0 : imageUser[1]),
      capabilities: (capabilities.add ?? []).map((name) => CAPABILITIES[name]),
      env: { PATH: '/usr/local/bin:/usr/bin:/bin', ...imageEnvironment, ...place.env },
      args: [...(spec.command ?? entryPoint), ...(spec.args ?? [])],
    }
    // `ip netns exec` and `unshare` make its namespaces; it is process 1 in its own.
    const own1 = ['unshare', '--mount', '--pid', '--fork', '--kill-child']
    const words = [place.namespace, ...own1, process.execPath, launcher, JSON.stringify(described)]
    this.#child = spawn('ip', ['netns', 'exec', ...words], { stdio: ['ignore', 'pipe', 'pipe'] })
    const hear = (bytes: Buffer): void => {
      this.output += bytes.toString()
    }
    this.#child.stdout?.on('data', hear)
    this.#child.stderr?.on('data', hear)
    this.exited = new Promise((resolve) => {
      this.#child.once('close', (code) => {
        this.exit = { code }
        resolve()
      })
    })
  }

  /** Ids of the process: on this machine, and the user and rights that it really has. */
  get facts(): Readonly<Record<string, string>> {
    const text = readFileSync(`/proc/${this.#inner}/status`, 'utf8')
    return Object.fromEntries(text.split('\n').map((line) => line.split(/:\s+/) as [string, string]))
  }

  get #inner(): number | undefined {
    const { pid } = this.#child
    if (pid === undefined || this.exit !== undefined) return undefined
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
    return children === '' ? undefined : Number(children.split(' ')[0])
  }

  signal(name: NodeJS.Signals): void {
    const inner = this.#inner
    if (inner !== undefined) process.kill(inner, name)
  }

  /** As kubelet ends it. */
  async stop(graceMs: number): Promise<void> {
    if (this.exit !== undefined) return
    this.signal('SIGTERM')
    const late = setTimeout(() => this.kill(), graceMs)
    await this.exited
    clearTimeout(late)
  }

  /** With `unshare --kill-child`, the process goes with it. */
  kill(): void {
    this.#child.kill('SIGKILL')
  }
}
