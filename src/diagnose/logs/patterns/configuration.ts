// Configuration and allocation: the controller, and the part of the speaker that reads objects.
import type { LogPattern } from '../pattern.ts'

const VALIDATE = 'lbctl validate --from-cluster shows the place and what to write there.'

export const CONFIGURATION_PATTERNS: readonly LogPattern[] = [
  {
    id: 'allocation-failed',
    code: 'F09',
    severity: 'error',
    component: 'controller',
    test: /IP allocation failed|op=allocateIPs?.*error=|AllocationFailed|Failed to allocate IP for/,
    title: 'A Service gets no address',
    meaning: 'No pool has a free address that this Service may have; the error says which condition fails.',
    next: [
      'See the free addresses of the pools: kubectl get ipaddresspools -A -o wide',
      'lbctl validate --from-cluster shows which pools a Service may use, and why not.',
    ],
  },
  {
    id: 'configuration-rejected',
    code: 'F05',
    severity: 'error',
    component: 'speaker',
    test: /(controller=(Config|Pool)Reconciler.*error=)|new configuration rejected|failed to parse the configuration|reload failed/,
    title: 'The configuration is invalid, and MetalLB works on with the last good one',
    meaning: 'What was changed since has no effect, and after a restart nothing works any more.',
    next: [VALIDATE],
  },
  {
    id: 'configuration-missing',
    code: 'F06',
    severity: 'error',
    component: 'speaker',
    test: /configuration is missing, MetalLB will not function|no configuration/,
    title: 'MetalLB has no configuration',
    meaning:
      'It gives out no address and announces none. In releases before 0.13 the ConfigMap "config" is missing, since then an IPAddressPool.',
    next: [
      'Create an IPAddressPool and an L2Advertisement or BGPAdvertisement in the namespace of MetalLB.',
      'From an old ConfigMap: lbctl migrate FILE',
    ],
  },
  {
    id: 'address-cleared',
    severity: 'warning',
    component: 'controller',
    test: /current IP.* not allowed by config, (clearing|will attempt)|clearAssignment|ClearAssignment/,
    title: 'A Service loses its address because the configuration no longer allows it',
    meaning:
      'A pool was changed or removed, or the Service asks for another one; it gets a new address if there is one.',
    next: ['To keep addresses, pools must go on holding them: lbctl migrate proves that before a change.'],
  },
  {
    id: 'requested-address-invalid',
    code: 'F09',
    severity: 'error',
    component: 'controller',
    test: /invalid requested loadbalancer IPs|LoadBalancerFailed/,
    title: 'A Service asks for an address that cannot be read',
    meaning:
      'The annotation metallb.io/loadBalancerIPs or spec.loadBalancerIP is no address, or does not fit the families of the Service.',
    next: ['Correct the annotation; several addresses are separated by commas, one for each family.'],
  },
  {
    id: 'withdrawn',
    severity: 'info',
    component: 'speaker',
    test: /withdrawing service announcement|serviceWithdrawn/,
    title: 'A Service is no longer announced by this node',
    meaning: 'Normal when another node takes over or the Service goes; the reason stands in the line.',
    next: [],
  },
  {
    id: 'webhook',
    code: 'F02',
    severity: 'error',
    component: 'controller',
    test: /failed calling webhook|webhook.*(x509|certificate|connection refused)|could not.*rotate.*cert/i,
    title: 'The admission webhook does not work',
    meaning:
      'Objects of MetalLB cannot be created or changed: the API server does not reach the controller, or does not trust its certificate.',
    next: ['The controller must be ready, and port 9443 of its Pod reachable from the control plane.'],
  },
  {
    id: 'forbidden',
    severity: 'error',
    component: 'speaker',
    test: /is forbidden: User "system:serviceaccount:|cannot (list|get|watch|patch|update|create) resource/,
    title: 'The API server refuses a request: a right is missing',
    meaning:
      'The roles are not those of the release that runs, or their bindings name another ServiceAccount.',
    next: ['Apply the manifests of the release again; the line names the verb and the resource.'],
  },
  {
    id: 'api-unreachable',
    severity: 'error',
    component: 'speaker',
    test: /Failed to watch|(error retrieving resource lock|failed to list|Unable to connect to the server|Failed to ensure lease).*(refused|timeout|timed out|no such host|no route|unreachable)/i,
    title: 'The API server is out of reach',
    meaning: 'What changes in the cluster is not seen; what is announced stays as it is.',
    next: [
      'kubectl get --raw /readyz from the same node; the address of the API server must not be one that only this program announces.',
    ],
  },
  {
    id: 'panic',
    severity: 'error',
    component: 'speaker',
    test: /^(panic|fatal error): |msg=Observed a panic|nil pointer dereference/,
    title: 'The program crashed',
    meaning: 'A fault of the program itself; it is started again, and announces nothing meanwhile.',
    next: ['Look for the message in the issues of the project, and compare its release with the newest one.'],
  },
]
