import { counted } from '../address-list.ts'
import { names, needsNodes, stateCheck } from './by-state.ts'

export const oneCard = stateCheck({
  id: 'one-card',
  title: 'no node answers with two cards',
  state: 'one-node-several-cards',
  needs: needsNodes,
  passed: 'none does',
  finding: (found) => ({
    code: 'F19',
    title: `One node answers with several cards for ${counted(found.length, 'address', 'addresses')}: ${names(found)}.`,
    severity: 'warning',
    confidence: 'certain',
    cause:
      'Two cards of the node are on the same segment, and Linux answers on each of them for addresses of all of them (ARP flux).',
    fix: [
      {
        text: 'On that node, answer only on the card that has the address.',
        command: 'sysctl -w net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2',
      },
      { text: 'Or name one card under "interfaces" of the L2Advertisement, or make the two a bond.' },
    ],
  }),
})
