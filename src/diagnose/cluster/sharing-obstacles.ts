// What keeps a Service from sharing an address with those that have it: each of MetalLB's conditions by itself.
import type { ServiceObject } from '../../config/objects/read-object.ts'
import { annotation } from '../../config/rules/cluster/services.ts'
import { listed } from './wording.ts'

export interface SharingWords {
  /** a relative clause about the holder */
  readonly text: string
  readonly fix: string
}

const keyOfSharing = (service: ServiceObject): string => annotation(service, 'allow-shared-ip')?.value ?? ''
const policyOf = ({ externalTrafficPolicy }: ServiceObject): string => externalTrafficPolicy ?? 'Cluster'
const selectorOf = ({ selector }: ServiceObject): string =>
  Object.entries(selector)
    .map(([key, value]) => `${key}=${value}`)
    .sort()
    .join(',')

/** @param holder one of those that have the address: all of them agree on what sharing asks */
export function sharingObstacles(service: ServiceObject, holder: ServiceObject): SharingWords {
  const [own, its] = [keyOfSharing(service), keyOfSharing(holder)]
  const ports = samePorts(service, holder)
  const alsoPorts = ports.length === 0 ? '' : `, and both have ${listed(ports)}`
  const otherPorts = ports.length === 0 ? '' : ' and other ports'
  if (Object.keys(service.labels).some((label) => label.endsWith('/allow-shared-ip')))
    return {
      text: 'and its own sharing key stands among its labels',
      fix: 'Write metallb.io/allow-shared-ip among the annotations.',
    }
  if (own === '' || its === '')
    return {
      text:
        its === '' ? 'which does not share it' : `which shares it only with those that have its key "${its}"`,
      fix: `Annotate all of them with the same value of metallb.io/allow-shared-ip, ${SHARERS}, or ask for another address.`,
    }
  if (own !== its)
    return {
      text: `whose sharing key is "${its}" and not "${own}"`,
      fix: `Give all of them the same value of metallb.io/allow-shared-ip, ${SHARERS}.`,
    }
  if (policyOf(service) !== policyOf(holder))
    return {
      text: `with externalTrafficPolicy ${policyOf(holder)} and not ${policyOf(service)}${alsoPorts}`,
      fix: `Give both the same externalTrafficPolicy${otherPorts}${policyOf(holder) === 'Local' ? ' (with Local, the same selector too)' : ''}, or ask for another address.`,
    }
  return {
    text: `whose selector is ${selectorOf(holder) || 'empty'} and not ${selectorOf(service) || 'empty'}, and with externalTrafficPolicy Local sharers have the same Pods${alsoPorts}`,
    fix: `Give both externalTrafficPolicy: Cluster or the same selector${otherPorts}, or ask for another address.`,
  }
}

const SHARERS = 'ports that differ and the same externalTrafficPolicy (with Local, the same selector too)'

const samePorts = (one: ServiceObject, other: ServiceObject): readonly string[] => {
  const taken = new Set(other.ports.map(portText))
  return one.ports.map(portText).filter((port) => taken.has(port))
}

const portText = ({ protocol, port }: ServiceObject['ports'][number]): string => `port ${protocol}/${port}`
