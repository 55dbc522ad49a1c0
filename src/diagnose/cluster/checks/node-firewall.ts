// F34 of the hosts that were read: rules that stop what the speakers, the routers and the API server have to send.
import { type ClusterCheck, failOr, skip, unknown } from '../cluster-check.ts'
import { refusedPackets } from '../refused-packets.ts'
import { counted } from '../wording.ts'

export const nodeFirewall: ClusterCheck = {
  id: 'node-firewall',
  code: 'F34',
  // What the speakers do not hear of each other decides who announces.
  link: 'owner',
  title: 'the firewalls of the nodes let speakers, routers and the webhook through',
  needs: ['hosts'],
  evaluate: (view) => {
    const hosts = [...view.hosts.values()]
    const walked = hosts.flatMap(({ node, firewall }) => (firewall === undefined ? [] : [{ node, firewall }]))
    if (walked.length === 0) {
      const [missing] = hosts.flatMap(({ notRead }) => notRead)
      return missing === undefined
        ? skip('there is nobody that a node that was read has to talk to')
        : unknown(`not known: ${missing.what}: ${missing.reason}`)
    }
    const followed = walked.reduce((sum, { firewall }) => sum + firewall.followed, 0)
    return failOr(
      refusedPackets(view).map(({ draft }) => draft),
      `${counted(followed, 'connection')} on ${counted(walked.length, 'node')}`,
    )
  },
}
