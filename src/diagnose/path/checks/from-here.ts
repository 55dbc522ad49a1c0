import { type CheckOutcome, fail, pass, skip } from '../../finding.ts'
import type { Check } from '../../judge.ts'
import type { EndFacts, PathFacts } from '../path-facts.ts'
import { clientText, endsText, portText } from '../path-words.ts'

/** Hairpin: the node, or Pods, cannot use an address that clients outside can. */
export const fromHere: Check<PathFacts> = {
  id: 'from-here',
  title: 'this node itself reaches the Service',
  evaluate: ({ ports, target }): CheckOutcome => {
    const known = ports.filter(({ roles }) => roles.length > 0)
    for (const { walks, port, service } of known) {
      const node = walks.find(({ clients }) => clients.kind === 'this node')
      // Where only some clients get in, or none without an endpoint here, that is what is told (F34, F28).
      const outside = walks.find(({ clients, ends }) => clients.kind.startsWith('everybody') && arrives(ends))
      if (node === undefined || outside === undefined || arrives(node.ends)) continue
      const what = portText(target, port)
      return fail({
        code: 'F29',
        title: `This node itself does not reach ${what}, though clients outside do.`,
        severity: 'warning',
        confidence: 'certain',
        subject: what,
        evidence: [
          `${clientText(node.clients)}: ${endsText(node.ends)}`,
          ...node.ends.flatMap(({ stoppedBy, stoppedIn }) =>
            stoppedIn === undefined ? [] : [`${stoppedIn}: ${stoppedBy}`],
          ),
          `${clientText(outside.clients)}: ${endsText(outside.ends)}`,
        ],
        cause: `Connections of the node take other rules than those of clients outside; for ${service ?? 'this Service'} these stop them. A test with curl from the node fails although the address works.`,
        fix: [
          { text: 'Test from a machine outside of the cluster.' },
          { text: 'Programs inside of the cluster use the name of the Service or its ClusterIP instead.' },
        ],
      })
    }
    const isLooked = known.some(({ walks }) => walks.some(({ clients }) => clients.kind === 'this node'))
    return isLooked ? pass('yes, or no more than others do') : skip('the address of this node is not known')
  },
}

const arrives = (ends: readonly EndFacts[]): boolean => ends.some(({ end }) => end === 'endpoint')
