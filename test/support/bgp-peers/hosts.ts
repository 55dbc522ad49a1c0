// Two hosts on one cable, as most scenarios need them.
import type { NetLab } from '../namespaces.ts'

export interface Host {
  readonly namespace: string
  readonly link: string
  readonly address4: string
  readonly address6: string
  /** namespace between the two hosts, where there is one */
  readonly middle?: string
}

/** `eth0` of each in 192.0.2.0/24 and 2001:db8::/64: .1 and ::1, .2 and ::2. */
export function cable(lab: NetLab): readonly [Host, Host] {
  const host = (n: number): Host => ({
    namespace: lab.namespace(),
    link: 'eth0',
    address4: `192.0.2.${n}`,
    address6: `2001:db8::${n}`,
  })
  const ends = [host(1), host(2)] as const
  lab.connect([ends[0].namespace, 'eth0'], [ends[1].namespace, 'eth0'])
  for (const { namespace, link, address4, address6 } of ends) {
    lab.ip(namespace, `addr add ${address4}/24 dev ${link}`)
    lab.ip(namespace, `addr add ${address6}/64 dev ${link}`)
  }
  return ends
}
