// The only file that loads koffi, an optional dependency.
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { endianness } from 'node:os'
import { LbctlError } from '../errors/lbctl-error.ts'

/** What `loadKoffi` looks at; given by tests. */
export interface KoffiHost {
  readonly platform: string
  readonly arch: string
  readonly endianness: string
  readonly importKoffi: () => Promise<typeof import('koffi')>
}

export const thisHost = (): KoffiHost => ({
  platform: process.platform,
  arch: process.arch,
  endianness: endianness(),
  importKoffi: async () => prebuiltKoffi() ?? (await import('koffi')),
})

/** As package.json has it. */
export const KOFFI_VERSION = '3.3.4'

const MUSL_LOADERS: Readonly<Record<string, string>> = {
  x64: '/lib/ld-musl-x86_64.so.1',
  arm64: '/lib/ld-musl-aarch64.so.1',
}

/**
 * The binary part of koffi alone: its entry takes 5 ms to find out which binary the system needs, and to put deprecated names
 * beside what it holds. Undefined where it is not certain which one it is, or where it does not load: then the entry decides.
 */
export function prebuiltKoffi(arch: string = process.arch): typeof import('koffi') | undefined {
  const muslLoader = MUSL_LOADERS[arch]
  if (muslLoader === undefined || existsSync(muslLoader)) return undefined
  try {
    const load = createRequire(import.meta.url)
    const native = load(`@koromix/koffi-linux-${arch}/linux_${arch}/koffi.node`) as typeof import('koffi')
    return native.version === KOFFI_VERSION ? native : undefined
  } catch {
    return undefined
  }
}

/** Rejects with an LbctlError('unsupported') that says what is missing and what to do. */
export async function loadKoffi(host: KoffiHost): Promise<typeof import('koffi')> {
  if (host.platform !== 'linux')
    throw new LbctlError('unsupported', `This needs the Linux kernel, and this system is ${host.platform}.`, {
      hints: [
        'Run it on a node of the cluster, on another Linux machine of the same network segment, or in a virtual machine.',
      ],
    })
  if (!['x64', 'arm64'].includes(host.arch) || host.endianness !== 'LE')
    throw new LbctlError(
      'unsupported',
      `Access to the kernel is built for x64 and arm64, and this processor is ${host.arch}.`,
      {
        hints: ['Run it on an x64 or arm64 machine of the same network segment.'],
      },
    )
  return importKoffi(host)
}

/** Of import, and of require, which the bundle uses. */
const NOT_FOUND: ReadonlySet<unknown> = new Set(['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND'])

async function importKoffi(host: KoffiHost): Promise<typeof import('koffi')> {
  try {
    return await host.importKoffi()
  } catch (cause) {
    const missing = NOT_FOUND.has((cause as { code?: unknown }).code)
    throw new LbctlError(
      'unsupported',
      missing
        ? 'The optional package koffi, which gives access to the kernel, is not installed.'
        : 'The optional package koffi, which gives access to the kernel, is installed but does not load.',
      {
        facts: { node: process.version, processor: host.arch },
        hints: [
          missing
            ? 'Install lbctl again without --omit=optional, or add koffi 3.3.4 next to it: npm install koffi@3.3.4.'
            : 'Remove node_modules and install again on this machine: the binary part of koffi differs by system.',
        ],
        cause,
      },
    )
  }
}
