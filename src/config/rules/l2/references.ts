// V501–V504: what an L2Advertisement names and selects.

import type { RuleContext } from '../context.ts'
import { repeatedNames } from '../repeated-names.ts'
import { selectionRules } from '../selection.ts'

export function l2References(context: RuleContext): void {
  for (const advertisement of context.objects.l2Advertisements) {
    repeatedNames(context, 'V501', advertisement, 'ipAddressPools', advertisement.spec.ipAddressPools)
    // MetalLB takes these.
    repeatedNames(context, 'V501', advertisement, 'interfaces', advertisement.spec.interfaces, 'warning')
    selectionRules(context, advertisement, { unknownPool: 'V502', noPool: 'V503', noNode: 'V504' })
  }
}
