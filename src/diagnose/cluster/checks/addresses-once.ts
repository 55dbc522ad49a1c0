// F13: two Services with one address that do not share it.
import type { ServiceObject } from '../../../config/objects/read-object.ts'
import { annotation } from '../../../config/rules/cluster/services.ts'
import { formatIp } from '../../../net/ip.ts'
import { type ClusterCheck, type ClusterDraft, failOr } from '../cluster-check.ts'
import { grouped } from '../grouped.ts'
import { addressesOf, keyOf } from '../object-keys.ts'
import { counted, listed } from '../wording.ts'

export const addressesOnce: ClusterCheck = {
  id: 'addresses-once',
  code: 'F13',
  link: 'allocation',
  title: 'no address is handed out twice',
  needs: ['services'],
  evaluate: (view) => {
    const holders = view.allServices.flatMap((service) =>
      addressesOf(service).map((address) => ({ service, address: formatIp(address) })),
    )
    const shared = [...grouped(holders, ({ address }) => address)].filter(([, all]) => all.length > 1)
    return failOr(
      shared.flatMap(
        ([address, all]) =>
          problemWith(
            address,
            all.map(({ service }) => service),
          ) ?? [],
      ),
      counted(new Set(holders.map(({ address }) => address)).size, 'address', 'addresses'),
    )
  },
}

function problemWith(address: string, services: readonly ServiceObject[]): ClusterDraft | undefined {
  const why = clashOf(services)
  if (why === undefined) return undefined
  const keys = services.map(keyOf)
  return {
    title: `${address} is handed out to ${counted(services.length, 'Service')} that do not share it: ${listed(keys)}.`,
    severity: 'error',
    confidence: 'certain',
    subject: address,
    evidence: [
      why,
      ...services
        .slice(0, 4)
        .map(
          (service) =>
            `${keyOf(service)}: ports ${portsOf(service).join(' ')}, sharing key ${keyOfSharing(service) || 'none'}`,
        ),
    ],
    cause:
      'A restart of an old controller, an edit of the pools, or another controller. Each node serves whichever it saw last.',
    fix: [
      {
        text: 'Have one of them take another address: remove its address and let the controller choose again.',
        command: `kubectl -n ${services[1]?.namespace ?? 'default'} patch service ${services[1]?.name ?? ''} --subresource=status --type=merge -p '{"status":{"loadBalancer":{"ingress":null}}}'`,
      },
    ],
    affects: keys,
  }
}

const keyOfSharing = (service: ServiceObject): string => annotation(service, 'allow-shared-ip')?.value ?? ''
const portsOf = (service: ServiceObject): string[] =>
  service.ports.map(({ protocol, port }) => `${protocol}/${port}`)

function clashOf(services: readonly ServiceObject[]): string | undefined {
  const keys = new Set(services.map(keyOfSharing))
  if (keys.has('')) return 'not all of them have the annotation metallb.io/allow-shared-ip'
  if (keys.size > 1) return `their sharing keys differ: ${listed([...keys])}`
  const twice = [...grouped(services.flatMap(portsOf), (port) => port)].find(([, all]) => all.length > 1)
  return twice === undefined ? undefined : `port ${twice[0]} is wanted by several of them`
}
