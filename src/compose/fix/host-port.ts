// Settings of the kernel that lbctl runs on, and the files that keep them.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { LbctlError } from '../../errors/lbctl-error.ts'
import { fileOf, type HostSettings, keyOf } from '../../fix/host-settings.ts'
import type { HostPort } from '../../fix/ports.ts'
import { writeFiles } from '../write-files.ts'

/** @param folder where settings are kept for the next start; undefined: they are not kept */
export class Host implements HostPort {
  readonly name = hostname()
  readonly #folder: string | undefined

  constructor(folder: string | undefined) {
    this.#folder = folder
  }

  fileFor(code: string): string | undefined {
    return this.#folder === undefined ? undefined : join(this.#folder, fileOf(code))
  }

  read(key: string): string | undefined {
    try {
      return readFileSync(pathOf(key), 'utf8').trim()
    } catch {
      return undefined
    }
  }

  write(key: string, value: string): void {
    try {
      writeFileSync(pathOf(key), `${value}\n`)
    } catch (cause) {
      throw refused(`The setting ${key} cannot be written`, cause)
    }
  }

  readFile(path: string): string | undefined {
    try {
      return readFileSync(path, 'utf8')
    } catch (cause) {
      if (codeOf(cause) === 'ENOENT') return undefined
      throw refused(`${path} cannot be read`, cause)
    }
  }

  writeFile(path: string, text: string | undefined): void {
    if (text !== undefined) {
      writeFiles([{ path, text }])
      return
    }
    try {
      rmSync(path)
    } catch (cause) {
      if (codeOf(cause) !== 'ENOENT') throw refused(`${path} cannot be deleted`, cause)
    }
  }

  /** What remedies look at. */
  settings(): HostSettings {
    const interfaces = namesIn('/proc/sys/net/ipv4/conf').filter(
      (name) => name !== 'all' && name !== 'default',
    )
    const keys = ['all', ...interfaces].flatMap((each) =>
      ['rp_filter', 'arp_ignore', 'arp_announce'].map((name) => keyOf(each, name)),
    )
    const values = keys.flatMap((key): [string, string][] => {
      const value = this.read(key)
      return value === undefined ? [] : [[key, value]]
    })
    return { host: this.name, interfaces, values: Object.fromEntries(values) }
  }
}

/** sysctl(8): dots and slashes change places. */
const pathOf = (key: string): string =>
  `/proc/sys/${key.replaceAll(/[./]/g, (separator) => (separator === '.' ? '/' : '.'))}`

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort()
  } catch {
    return []
  }
}

const codeOf = (cause: unknown): string | undefined => (cause as NodeJS.ErrnoException).code

function refused(what: string, cause: unknown): LbctlError {
  const code = codeOf(cause) ?? 'unknown error'
  const isRight = ['EACCES', 'EPERM', 'EROFS'].includes(code)
  return new LbctlError(isRight ? 'permission' : 'input', `${what} (${code}).`, {
    hints: isRight ? ['Run it as root on the node; in a container /proc/sys is read-only.'] : [],
    cause,
  })
}
