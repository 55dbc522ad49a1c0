// F16: clouds whose networks know only the addresses that they gave out themselves.
import type { Fix } from '../../finding.ts'
import { type ClusterCheck, failOr, skip } from '../cluster-check.ts'
import { itemsOf } from '../cluster-facts.ts'
import { layer2Services } from '../layer2-services.ts'
import { textAt } from '../object-fields.ts'
import { keyOf } from '../object-keys.ts'
import { counted, listed } from '../wording.ts'

/** `always`: the network emulates ARP; `by default`: it filters unless it is told otherwise; `assigned`: an API moves the address. */
type Filter = 'always' | 'by default' | 'assigned'

const CLOUDS: Readonly<Record<string, { readonly name: string; readonly filters: Filter }>> = {
  aws: { name: 'AWS', filters: 'always' },
  gce: { name: 'Google Cloud', filters: 'always' },
  azure: { name: 'Azure', filters: 'always' },
  digitalocean: { name: 'DigitalOcean', filters: 'always' },
  hcloud: { name: 'Hetzner Cloud', filters: 'assigned' },
  openstack: { name: 'OpenStack', filters: 'by default' },
  vsphere: { name: 'vSphere', filters: 'by default' },
}

export const cloudNetwork: ClusterCheck = {
  id: 'cloud-network',
  code: 'F16',
  link: 'wire',
  title: 'the network of the nodes lets foreign addresses through',
  needs: ['nodes', 'configuration'],
  evaluate: (view) => {
    if (view.objects.l2Advertisements.length === 0) return skip('nothing is announced by layer 2')
    const nodes = itemsOf(view.facts.nodes).map((node) => ({
      name: node.metadata.name,
      scheme: textAt(node, 'spec', 'providerID')?.split(':')[0] ?? '',
    }))
    const found = nodes.find(({ scheme }) => CLOUDS[scheme] !== undefined)
    const cloud = CLOUDS[found?.scheme ?? '']
    if (found === undefined || cloud === undefined)
      return failOr([], 'the nodes name no cloud that is known to filter')
    const affected = layer2Services(view)
    const always = cloud.filters === 'always'
    return failOr(
      [
        {
          title: `The nodes are machines of ${cloud.name}, ${WHAT_IT_DOES[cloud.filters]}.`,
          severity: always ? 'error' : 'warning',
          confidence: always ? 'likely' : 'possible',
          subject: counted(nodes.length, 'Node'),
          evidence: [
            `providerID of ${listed(nodes.filter(({ scheme }) => scheme === found.scheme).map(({ name }) => name))} begins with ${found.scheme}:`,
          ],
          cause:
            'Such networks deliver frames only for addresses that they assigned to the card of the machine.',
          fix: [fixFor(found.scheme, cloud.filters)],
          breaks: always && affected.length > 0 ? 'now' : 'some day',
          affects: affected.length === 0 ? 'installation' : affected.map(keyOf),
        },
      ],
      '',
    )
  },
}

const WHAT_IT_DOES: Readonly<Record<Filter, string>> = {
  always: 'whose network answers ARP itself: layer 2 announcements reach nobody',
  'by default': 'which drops frames with foreign addresses unless it is told not to',
  assigned: 'whose network delivers an address only to the server that it is assigned to',
}

function fixFor(scheme: string, filters: Filter): Fix {
  if (filters === 'always')
    return { text: "Use the cloud's own load balancer, or its API to move an address with the owner." }
  if (filters === 'assigned')
    return {
      text: "Take addresses that the cloud gave you (floating IPs), and let something assign them to the owner by the cloud's API. Dedicated servers on a vSwitch need nothing.",
    }
  if (scheme === 'openstack')
    return {
      text: 'Allow the range of the pool on the ports of the nodes.',
      command: 'openstack port set --allowed-address ip-address=RANGE PORT',
    }
  return { text: 'Accept forged transmits and MAC changes in the security policy of the port group.' }
}
