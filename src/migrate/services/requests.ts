// Services that wait for an address which no pool will give them.
import type { Diagnostic } from '../../config/diagnostic.ts'
import { type Ip, parseIp } from '../../net/ip.ts'
import { type ServiceFact, serviceId } from '../facts.ts'
import { where } from './patches.ts'

/** Those without an address yet: who has one is the business of the proof. */
export function unmetRequests(
  services: readonly ServiceFact[],
  held: (ip: Ip) => object | undefined,
): Diagnostic[] {
  return services.flatMap((service) => {
    if (service.ips.length > 0) return []
    const { annotations, loadBalancerIP } = service
    const listed =
      annotations['metallb.io/loadBalancerIPs'] ??
      annotations['metallb.universe.tf/loadBalancerIPs'] ??
      loadBalancerIP
    const unmet = (listed?.split(',') ?? [])
      .map((text) => text.trim())
      .filter((text) => {
        const ip = parseIp(text)
        return ip === undefined || held(ip) === undefined
      })
    if (unmet.length === 0) return []
    return [
      {
        code: 'M044',
        severity: 'warning',
        message: `The Service ${serviceId(service)} asks for ${unmet.join(' and ')}, which no produced pool holds.`,
        ...where(service),
        hint: 'MetalLB gives it no address until there is such a pool.',
      },
    ]
  })
}
