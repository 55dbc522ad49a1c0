// What the kernel of this host says about its network, as facts of a diagnosis keep it.
import { hostname } from 'node:os'
import { collectHost } from '../../diagnose/cluster/collect/host/collect-host.ts'
import type { HostFacts, HostQuestion } from '../../diagnose/cluster/host-facts.ts'

export interface ReadHostOptions {
  /** name or process number of a network namespace; the whole process moves there */
  readonly netns?: string | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Reads, and sends nothing.
 * @param question without one the node has the name of the host, and no rules are read
 * @throws LbctlError where there is no kernel that can be asked
 */
export async function readHostFacts(
  question: HostQuestion = { node: hostname(), packets: [], services: [], neighbours: [] },
  { netns, signal }: ReadHostOptions = {},
): Promise<HostFacts> {
  const [{ openKernel }, { rulePrograms }, { socketOwners }] = await Promise.all([
    import('../linux.ts'),
    import('../../linux/rule-programs.ts'),
    import('../../linux/tcp/socket-owners.ts'),
  ])
  const around = await openKernel({ netns })
  const programs = rulePrograms({ permitted: around.rights.has('CAP_NET_ADMIN'), signal })
  return collectHost(question, { ...around, programs, owners: socketOwners })
}
