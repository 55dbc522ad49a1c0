// What the reading of a host needs of it.
import type { SocketOwner } from '../../../bgp/ports.ts'
import type { RulePrograms } from '../../../path/ports.ts'
import type { HostFactsReader } from '../../../ports/host.ts'
import type { NetworkTables } from '../../../ports/tables.ts'

export interface HostSurroundings {
  readonly tables: NetworkTables
  readonly facts: HostFactsReader
  readonly programs: RulePrograms
  /** whose sockets these are, by inode */
  readonly owners: (inodes: readonly number[]) => ReadonlyMap<number, SocketOwner>
  readonly hostName: string
  readonly netns: string | undefined
}
