// A cluster for the commands that need one. The wing (and with it client-node, some 300 ms) is loaded here and only then.
import { type FileHandle, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { ClusterSource } from '../diagnose/cluster/ports.ts'
import { LbctlError } from '../errors/lbctl-error.ts'
import type { ClusterReader, ClusterWriter, UndoStore } from '../migrate/ports.ts'

export interface ClusterFlags {
  readonly kubeconfig?: string | undefined
  readonly context?: string | undefined
  readonly namespace?: string | undefined
}

export interface Cluster {
  readonly reader: ClusterReader
  readonly writer: ClusterWriter
  readonly facts: ClusterSource
  /** Call it when done: open connections keep the process alive. */
  close(): void
}

/** Reads the kubeconfig, does not connect yet. `signal` ends reads. @throws LbctlError */
export async function connectCluster(flags: ClusterFlags, signal?: AbortSignal): Promise<Cluster> {
  const { openCluster } = await import('../kubernetes/open-cluster.ts')
  return openCluster(flags, signal === undefined ? {} : { signal })
}

/** The undo file. It may hold Secrets, so only its owner may read it; one that exists is never written over. */
export function undoFile(path: string): UndoStore {
  return { path, create: (text) => createSynced(path, text) }
}

async function createSynced(path: string, text: string): Promise<void> {
  let file: FileHandle | undefined
  try {
    file = await open(path, 'wx', 0o600)
    await file.writeFile(text)
    await file.sync()
  } catch (cause) {
    throw cannotWrite(path, cause)
  } finally {
    await file?.close()
  }
  await syncDirectory(dirname(path))
}

/** The name must survive a power cut as well as the bytes. Some file systems cannot sync a directory; then it is left at that. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r').catch(() => undefined)
  await directory?.sync().catch(() => undefined)
  await directory?.close()
}

function cannotWrite(path: string, cause: unknown): LbctlError {
  const code = (cause as NodeJS.ErrnoException).code
  if (code === 'EEXIST')
    return new LbctlError(
      'usage',
      `The undo file ${path} exists already; nothing was written to the cluster.`,
      {
        hints: ['Name another file: the one that is there may be the way back of an earlier run.'],
      },
    )
  return new LbctlError(
    code === 'EACCES' || code === 'EPERM' || code === 'EROFS' ? 'permission' : 'input',
    `The undo file ${path} cannot be written (${code ?? 'unknown error'}); nothing was written to the cluster.`,
  )
}
