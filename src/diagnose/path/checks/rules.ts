import { type CheckOutcome, pass, unknown } from '../../finding.ts'
import type { Check } from '../../judge.ts'
import type { PathFacts } from '../path-facts.ts'

/** Whether there was anything to look at. */
export const rules: Check<PathFacts> = {
  id: 'rules',
  title: 'rules could be read',
  evaluate: ({ sources }): CheckOutcome => {
    const read = sources.filter(({ result }) => result === 'read').map(({ name }) => name)
    const refused = sources.filter(
      ({ result }) => result === 'not permitted' || result === 'timed out' || result === 'failed',
    )
    if (read.length > 0) return pass(read.join(', '))
    const [first] = refused
    if (first !== undefined)
      return unknown(`${first.name}: ${first.result}${first.note === undefined ? '' : ` (${first.note})`}`)
    return sources.some(({ result }) => result === 'empty')
      ? pass('there are none')
      : unknown('none of iptables-save, nft and ipvsadm is there to read rules with')
  },
}
