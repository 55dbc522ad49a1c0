import { type CheckOutcome, fail, pass, skip } from '../../finding.ts'
import type { Check } from '../../judge.ts'
import type { PathFacts } from '../path-facts.ts'

/** At this share new connections are in danger: the kernel drops those that find no room. */
const NEARLY_FULL = 0.95

export const connectionTable: Check<PathFacts> = {
  id: 'connection-table',
  title: 'the table of connections has room',
  evaluate: ({ conntrack }): CheckOutcome => {
    const { count, max } = conntrack ?? {}
    if (count === undefined || max === undefined || max === 0) return skip('its size is not known')
    if (count < max * NEARLY_FULL) return pass(`${count} of ${max}`)
    return fail({
      code: 'F34',
      title: `The table of connections of this node is full: ${count} of ${max}.`,
      severity: 'error',
      confidence: 'likely',
      subject: 'nf_conntrack',
      evidence: [`net.netfilter.nf_conntrack_count is ${count}, nf_conntrack_max is ${max}`],
      cause:
        'Each connection takes an entry; without room for one the kernel drops the packet that would open it, and says so in its log ("nf_conntrack: table full, dropping packet").',
      fix: [
        {
          text: 'Make it larger; kube-proxy sets it from conntrack.maxPerCore and conntrack.min of its configuration.',
          command: `sysctl -w net.netfilter.nf_conntrack_max=${max * 2}`,
        },
        { text: 'See who holds so many.', command: 'conntrack -S' },
      ],
    })
  },
}
