// For tests: clusters that the vendors' configurations are made for.
import { node } from './plans.ts'

export const POOLS = `
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: {name: lan, namespace: metallb-system}
spec: {addresses: [198.51.100.0/24, "2001:db8:1::/120"]}
---
apiVersion: metallb.io/v1beta1
kind: BGPAdvertisement
metadata: {name: lan, namespace: metallb-system}
`

/** Everything at once: two eBGP sessions per node, one of each family, with all that a BGPPeer can ask for. */
export const FULL = `${POOLS}---
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: {name: wide, namespace: metallb-system}
spec: {addresses: [203.0.113.0/25, 203.0.113.200-203.0.113.203]}
---
apiVersion: metallb.io/v1beta1
kind: BGPAdvertisement
metadata: {name: wide, namespace: metallb-system}
spec: {ipAddressPools: [wide], aggregationLength: 30}
---
apiVersion: metallb.io/v1beta1
kind: BFDProfile
metadata: {name: fast, namespace: metallb-system}
spec: {transmitInterval: 200, receiveInterval: 250, detectMultiplier: 4}
---
apiVersion: metallb.io/v1beta2
kind: BGPPeer
metadata: {name: tor, namespace: metallb-system}
spec:
  myASN: 64512
  peerASN: 64500
  peerAddress: 192.0.2.1
  holdTime: 30s
  keepaliveTime: 10s
  passwordSecret: {name: tor}
  bfdProfile: fast
  ebgpMultiHop: true
  enableGracefulRestart: true
---
apiVersion: metallb.io/v1beta2
kind: BGPPeer
metadata: {name: tor-v6, namespace: metallb-system}
spec: {myASN: 64512, peerASN: 64500, peerAddress: "2001:db8::1"}
`

/** iBGP, both families over one session. */
export const INTERNAL = `${POOLS}---
apiVersion: metallb.io/v1beta2
kind: BGPPeer
metadata: {name: tor, namespace: metallb-system}
spec: {myASN: 64512, peerASN: 64512, peerAddress: 192.0.2.1, dualStackAddressFamily: true}
`

/** The least that there is. */
export const PLAIN = `${POOLS}---
apiVersion: metallb.io/v1beta2
kind: BGPPeer
metadata: {name: tor, namespace: metallb-system}
spec: {myASN: 64512, peerASN: 64500, peerAddress: 192.0.2.1}
`

export const NODES = [
  node('worker-1', '192.0.2.11', '2001:db8::11'),
  node('worker-2', '192.0.2.12', '2001:db8::12'),
]

/** Sessions by link-local addresses. */
export const UNNUMBERED = `${POOLS}---
apiVersion: metallb.io/v1beta2
kind: BGPPeer
metadata: {name: tor, namespace: metallb-system}
spec: {myASN: 64512, peerASN: 64500, interface: eth0}
`
