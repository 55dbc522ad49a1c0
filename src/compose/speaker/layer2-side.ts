// Layer 2 of the speaker put together: interfaces and responder of this system, and the log.
import { performance } from 'node:perf_hooks'
import { LbctlError } from '../../errors/lbctl-error.ts'
import { Layer2Announcer } from '../../layer2/announcer.ts'
import { DEFAULT_EXCLUDED_INTERFACES, InterfaceExclusion } from '../../layer2/interface-exclusion.ts'
import { layer2Record } from '../../speaker/report/layer2-records.ts'
import type { LogSink } from '../../speaker/report/log-record.ts'

export interface Layer2SideOptions {
  readonly excluded: readonly string[] | undefined
  readonly repeatMs: number | undefined
  /** between two refreshes of neighbours that asked; undefined: none */
  readonly refreshMs: number | undefined
  readonly log: LogSink
  readonly onInterfaces: (names: ReadonlySet<string>) => void
}

/** Which interfaces are left out. @throws LbctlError `usage` for a pattern that is none */
export function excludesOf(patterns: readonly string[] | undefined): (name: string) => boolean {
  const exclusion = new InterfaceExclusion(patterns ?? DEFAULT_EXCLUDED_INTERFACES)
  return (name) => exclusion.excludes(name)
}

/** @returns the announcer, or why layer 2 cannot be done here */
export async function startLayer2(
  options: Layer2SideOptions,
): Promise<
  { readonly announcer: Layer2Announcer } | { readonly announcer: undefined; readonly why: LbctlError }
> {
  const excludes = excludesOf(options.excluded)
  try {
    const [{ loadLibc }, { networkTables }, { linkInterfaces }, { linuxResponder }] = await Promise.all([
      import('../../linux/libc.ts'),
      import('../../linux/netlink/network-tables.ts'),
      import('../../linux/link-interfaces.ts'),
      import('../../linux/responder/responder.ts'),
    ])
    const libc = await loadLibc()
    const announcer = await Layer2Announcer.start({
      excludes,
      repeatMs: options.repeatMs,
      responder: linuxResponder({ refreshMs: options.refreshMs }),
      interfaces: linkInterfaces(networkTables(libc)),
      clock: {
        nowMs: () => performance.now(),
        after: (ms, then) => {
          const timer = setTimeout(then, ms)
          return () => clearTimeout(timer)
        },
      },
      onReport: (report) => {
        const record = layer2Record(report)
        if (record !== undefined) options.log(record)
        if (report.kind === 'interfaces') options.onInterfaces(report.names)
      },
    })
    return { announcer }
  } catch (error) {
    if (error instanceof LbctlError && (error.kind === 'permission' || error.kind === 'unsupported'))
      return { announcer: undefined, why: error }
    throw error
  }
}
