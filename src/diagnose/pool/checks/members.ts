import { type CheckOutcome, fail, pass } from '../../finding.ts'
import type { Check } from '../../judge.ts'
import { counted, listed } from '../address-list.ts'
import type { ClassifiedAddress } from '../classify.ts'
import type { PoolFacts } from '../pool-facts.ts'
import { type JudgedPool, names, ownersText } from './by-state.ts'

export const members = (
  id: string,
  title: string,
  state: 'special' | 'node-address' | 'own-address',
): Check<JudgedPool> => ({
  id,
  title,
  evaluate: ({ facts, addresses }): CheckOutcome => {
    const found = addresses.filter((each) => each.state === state && !isLeftOut(each, facts))
    if (found.length === 0) return pass('none does')
    const gateways = found.filter(({ special }) => special === undefined || special.role === 'gateway')
    return fail({
      code: 'F12',
      title: `The range holds ${counted(found.length, 'address', 'addresses')} that ${found.length === 1 ? 'has' : 'have'} another use: ${listed(found.map((each) => `${each.address} (${roleOf(each, facts)})`))}.`,
      // The ends of a subnet do no harm unless a Service gets one.
      severity: gateways.length > 0 ? 'error' : facts.pool === undefined ? 'info' : 'warning',
      confidence: 'certain',
      subject: names(found),
      evidence: found.map((each) => `${each.address}: ${reasonOf(each, facts)}`),
      cause:
        'A Service that gets such an address takes it away from the machine that needs it, for everybody on the link; the ends of a subnet are refused by some clients.',
      fix: [
        { text: 'Split the range around these addresses.' },
        ...(gateways.length > 0
          ? []
          : [{ text: 'Or set avoidBuggyIPs: true, when they end in .0 and .255.' }]),
      ],
      candidates: ['F11'],
    })
  },
})

const isLeftOut = ({ address, special }: ClassifiedAddress, { pool }: PoolFacts): boolean =>
  pool?.avoidBuggyIps === true &&
  special !== undefined &&
  special.role !== 'gateway' &&
  /\.(0|255)$/.test(address)

function roleOf({ address, state, special }: ClassifiedAddress, { nodes, own }: PoolFacts): string {
  if (special !== undefined) return special.role === 'gateway' ? 'gateway' : `${special.role} address`
  const node = nodes?.find(({ addresses }) => addresses.includes(address))
  if (node !== undefined) return `node ${node.name}`
  return state === 'own-address'
    ? `this host, ${own.find((each) => each.address === address)?.interface ?? ''}`
    : state
}

function reasonOf(each: ClassifiedAddress, facts: PoolFacts): string {
  const { special, owners, address } = each
  const who =
    owners.length === 0 ? '' : `; ${ownersText(owners)} ${owners.length === 1 ? 'answers' : 'answer'}`
  if (special?.role === 'gateway') return `gateway of ${special.prefix} on ${special.interface}${who}`
  if (special !== undefined)
    return `${special.role} address of ${special.prefix} on ${special.interface}${who}`
  const own = facts.own.find((mine) => mine.address === address)
  if (own !== undefined) return `${own.interface} of this host has it`
  return `${roleOf(each, facts)} has it${who}`
}
