// Files of a speaker: a configuration, and Services in files of their own or all in one. A change is the atomic rename of one file.
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Every Service has two addresses in turn, so that a change of it is a new address on the wire. */
export const addressOf = (i, turn = 0) => `10.${turn % 2 === 0 ? 64 : 80}.${i >> 8}.${i & 255}`

const resource = (kind, spec) => ({
  apiVersion: kind === 'BGPPeer' ? 'metallb.io/v1beta2' : 'metallb.io/v1beta1',
  kind,
  metadata: { name: 'bench', namespace: 'metallb-system' },
  spec,
})

const PROTOCOLS = {
  layer2: [resource('L2Advertisement', {})],
  bgp: [
    resource('BGPAdvertisement', {}),
    resource('BGPPeer', { myASN: 64500, peerASN: 64501, peerAddress: '10.9.0.2' }),
  ],
}

const service = (i, turn) =>
  `apiVersion: v1
kind: Service
metadata:
  name: service-${i}
  namespace: default
  annotations:
    metallb.io/loadBalancerIPs: ${addressOf(i, turn)}
spec:
  type: LoadBalancer
  ports:
  - port: 80
    protocol: TCP
`

export class Files {
  #folder
  #turns = new Map()

  /** @param inOne all Services in one file, which then cannot be changed one by one */
  constructor(folder, protocol, count, inOne = false) {
    this.#folder = folder
    mkdirSync(folder)
    const pool = resource('IPAddressPool', { addresses: ['10.64.0.0/16', '10.80.0.0/16'] })
    const configuration = [pool, ...PROTOCOLS[protocol]].map((each) => JSON.stringify(each))
    writeFileSync(join(folder, 'a-configuration.yaml'), configuration.join('\n---\n'))
    const services = Array.from({ length: count }, (_, i) => service(i, 0))
    if (inOne) writeFileSync(join(folder, 'services.yaml'), services.join('---\n'))
    else for (const [i, text] of services.entries()) writeFileSync(this.#path(i), text)
  }

  #path = (i) => join(this.#folder, `service-${i}.yaml`)

  /** Gives a Service its other address. @returns how to put the change in force, and the new address */
  prepare(i) {
    const turn = (this.#turns.get(i) ?? 0) + 1
    this.#turns.set(i, turn)
    const written = join(this.#folder, '.written')
    writeFileSync(written, service(i, turn))
    return { address: addressOf(i, turn), inForce: () => renameSync(written, this.#path(i)) }
  }
}
