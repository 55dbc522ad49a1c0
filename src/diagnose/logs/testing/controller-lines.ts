// What `lbctl controller run` wrote, copied from its log: against the laboratory's API server, with a pool that was exhausted, invalid or
// changed, Services that ask for what there is not, the server killed, rights taken away, the port of the webhooks in use, and no speaker
// to ask on the link.
import type { KNOWN_LINES } from './known-lines.ts'

export const CONTROLLER_LINES: typeof KNOWN_LINES = [
  [
    '{"caller":"controller","level":"warn","message":"Failed to allocate IP for \\"shop/bjson\\": no available IPs (pool \\"lan\\": all its IPv4 addresses are in use)","msg":"IP allocation failed","op":"allocateIPs","reason":"AllocationFailed","service":"shop/bjson","ts":"2026-11-28T09:54:02.766Z"}',
    'allocation-failed',
    'F09',
    'controller',
  ],
  [
    '{"caller":"controller","level":"warn","message":"Failed to allocate IP for \\"shop/badipjson\\": invalid metallb.io/loadBalancerIPs: \\"nonsense\\"","msg":"IP allocation failed","op":"allocateIPs","reason":"AllocationFailed","service":"shop/badipjson","ts":"2026-11-28T09:54:04.323Z"}',
    'allocation-failed',
    'F09',
    'controller',
  ],
  [
    '{"caller":"controller","level":"warn","message":"Failed to allocate IP for \\"shop/wrongpooljson\\": unknown pool \\"nosuch\\"","msg":"IP allocation failed","op":"allocateIPs","reason":"AllocationFailed","service":"shop/wrongpooljson","ts":"2026-11-28T09:54:04.323Z"}',
    'allocation-failed',
    'F09',
    'controller',
  ],
  [
    '{"caller":"controller","level":"warn","message":"Failed to allocate IP for \\"shop/sharedjson\\": can\'t change sharing key for \\"shop/sharedjson\\", address also in use by shop/ajson","msg":"IP allocation failed","op":"allocateIPs","reason":"AllocationFailed","service":"shop/sharedjson","ts":"2026-11-28T09:54:04.412Z"}',
    'allocation-failed',
    'F09',
    'controller',
  ],
  [
    '{"caller":"controller","controller":"PoolReconciler","error":"configuration error: IPAddressPool lan spec.addresses[0]: The range starts with 198.51.100.9, which is after its end 198.51.100.1.","level":"error","ts":"2026-11-28T09:54:06.535Z"}',
    'configuration-rejected',
    'F05',
    'controller',
  ],
  [
    '{"caller":"controller","event":"clearAssignment","level":"info","message":"current IP for \\"shop/old-json\\" not allowed by config, will attempt for new IP assignment: [\\"198.51.100.1\\"] is not allowed in config","msg":"current IP not allowed by config, clearing","reason":"ClearAssignment","service":"shop/old-json","ts":"2026-11-28T09:57:52.805Z"}',
    'address-cleared',
    undefined,
    'controller',
  ],
  [
    '{"caller":"controller","level":"warn","message":"Service uses deprecated annotation metallb.universe.tf/address-pool","msg":"Service uses deprecated annotation metallb.universe.tf/address-pool","reason":"deprecatedAnnotation","service":"shop/old-json","ts":"2026-11-28T09:57:50.597Z"}',
    'lbctl-deprecated-annotation',
    undefined,
    'controller',
  ],
  [
    '{"caller":"kubernetes","component":"kubernetes","error":"The cluster at http://127.0.0.1:41257 cannot be reached: the connection was cut.","level":"warn","msg":"What was known before goes on counting.","resource":"services","ts":"2026-11-28T09:54:12.075Z"}',
    'lbctl-cluster-silent',
    undefined,
    'lbctl',
  ],
  [
    '{"caller":"kubernetes","error":"The cluster at http://127.0.0.1:41257 cannot be reached: nothing listens there.","level":"warn","op":"lease","ts":"2026-11-28T09:54:12.097Z"}',
    'lbctl-cluster-silent',
    undefined,
    'lbctl',
  ],
  [
    '{"caller":"kubernetes","error":"User \\"system:serviceaccount:metallb-system:lbctl-controller\\" may not create events in namespace shop.","level":"warn","op":"write","ts":"2026-11-28T09:54:35.928Z"}',
    'lbctl-right-missing',
    undefined,
    'lbctl',
  ],
  [
    '{"attempts":1,"caller":"controller","error":"User \\"system:serviceaccount:metallb-system:lbctl-controller\\" may not patch services/status in namespace shop.","level":"warn","op":"updateStatus","ts":"2026-11-28T09:54:35.928Z","what":"service shop/bjson"}',
    'lbctl-right-missing',
    undefined,
    'controller',
  ],
  [
    '{"caller":"kubernetes","component":"kubernetes","error":"User \\"system:serviceaccount:metallb-system:lbctl-controller\\" may not watch services in the whole cluster.","level":"warn","msg":"Waiting; no address is given out or taken back yet.","resource":"services","ts":"2026-11-28T09:54:46.750Z"}',
    'lbctl-right-missing',
    undefined,
    'lbctl',
  ],
  [
    '{"caller":"kubernetes","component":"kubernetes","error":"User \\"system:serviceaccount:metallb-system:lbctl-controller\\" may not watch ipaddresspools.metallb.io in namespace metallb-system.","level":"warn","msg":"Waiting; no address is given out or taken back yet.","resource":"ipaddresspools","ts":"2026-11-28T09:54:46.780Z"}',
    'lbctl-right-missing',
    undefined,
    'lbctl',
  ],
  [
    '{"caller":"kubernetes","error":"User \\"system:serviceaccount:metallb-system:lbctl-controller\\" may not list pods in namespace metallb-system.","level":"warn","op":"pods","ts":"2026-11-28T09:54:46.790Z"}',
    'lbctl-right-missing',
    undefined,
    'lbctl',
  ],
  [
    '{"caller":"kubernetes","error":"User \\"system:serviceaccount:metallb-system:lbctl-controller\\" may not get leases.coordination.k8s.io in namespace metallb-system.","level":"warn","op":"lease","ts":"2026-11-28T09:54:46.812Z"}',
    'lbctl-right-missing',
    undefined,
    'lbctl',
  ],
  [
    '{"caller":"kubernetes","error":"User \\"system:serviceaccount:metallb-system:lbctl-controller\\" may not get secrets in namespace metallb-system.","level":"warn","op":"createMemberlistSecret","ts":"2026-11-28T09:54:46.819Z"}',
    'lbctl-right-missing',
    undefined,
    'lbctl',
  ],
  [
    '{"caller":"webhook","level":"warn","msg":"The certificate of the webhooks could not be looked after: User \\"system:serviceaccount:metallb-system:lbctl-controller\\" may not get secrets in namespace metallb-system.","ts":"2026-11-28T09:54:46.820Z","webhook":"lbctl"}',
    'lbctl-right-missing',
    undefined,
    'controller',
  ],
  [
    '{"caller":"webhook","level":"error","msg":"Webhooks cannot be served on any address, port 40211 (EADDRINUSE).","ts":"2026-11-28T09:54:25.157Z","webhook":"lbctl"}',
    'lbctl-webhook-not-served',
    'F02',
    'controller',
  ],
  [
    '{"caller":"controller","error":"no speaker listens for such questions","level":"warn","op":"linkProbe","ts":"2026-11-28T09:54:32.466Z"}',
    'lbctl-not-probed',
    undefined,
    'controller',
  ],
  [
    '{"caller":"controller","level":"warn","message":"198.51.100.0 handed out without a probe on the link: no speaker listens for such questions","msg":"198.51.100.0 handed out without a probe on the link: no speaker listens for such questions","reason":"AddressNotProbed","service":"shop/bjson","ts":"2026-11-28T09:54:32.472Z"}',
    'lbctl-not-probed',
    undefined,
    'controller',
  ],
]

/** As it writes them for a terminal. */
export const CONTROLLER_LINES_WITHOUT_DATE: typeof KNOWN_LINES = [
  [
    '09:54:56.732 warn  controller shop/sixjson: Failed to allocate IP for "shop/sixjson": no available IPs (pool "lan": it has no IPv6 addresses)',
    'allocation-failed',
    'F09',
    'controller',
  ],
  [
    '09:54:56.732 warn  controller shop/wrongipjson: Failed to allocate IP for "shop/wrongipjson": ["203.0.113.9"] is not allowed in config',
    'allocation-failed',
    'F09',
    'controller',
  ],
  [
    '09:55:00.325 error controller The pools cannot be used, those from before go on counting: configuration error: IPAddressPool lan spec.addresses[0]: The range starts with 198.51.100.9, which is after its end 198.51.100.1.',
    'lbctl-pools-refused',
    'F05',
    'controller',
  ],
  [
    '09:58:01.465 info  controller shop/old-json: current IP for "shop/old-json" not allowed by config, will attempt for new IP assignment: ["198.51.100.7"] is not allowed in config',
    'address-cleared',
    undefined,
    'controller',
  ],
  [
    '09:58:01.466 warn  controller shop/old-json: Service uses deprecated annotation metallb.universe.tf/address-pool',
    'lbctl-deprecated-annotation',
    undefined,
    'controller',
  ],
  [
    '09:55:06.782 warn  kubernetes The cluster at http://127.0.0.1:41257 cannot be reached: the connection was cut. What was known before goes on counting. The API server may be restarting, or a proxy cut it; try again.',
    'lbctl-cluster-silent',
    undefined,
    'lbctl',
  ],
  [
    '09:55:07.000 warn  kubernetes The cluster at http://127.0.0.1:41257 cannot be reached: nothing listens there. Without the lease nothing is written; every Service keeps what it has. Check the server address of the context, and that the API server runs.',
    'lbctl-cluster-silent',
    undefined,
    'lbctl',
  ],
  [
    '09:55:31.044 warn  kubernetes User "system:serviceaccount:metallb-system:lbctl-controller" may not create events in namespace shop. It is tried again. Missing RBAC rule in a Role or ClusterRole: - {apiGroups: [""], resources: ["events"], verbs: ["create"]} Check with: kubectl auth can-i create events -n shop',
    'lbctl-right-missing',
    undefined,
    'lbctl',
  ],
  [
    '09:55:31.042 warn  controller service shop/wjson could not be written: User "system:serviceaccount:metallb-system:lbctl-controller" may not patch services/status in namespace shop. Tried again in 0.4 s',
    'lbctl-right-missing',
    undefined,
    'controller',
  ],
  [
    '09:55:41.329 warn  kubernetes User "system:serviceaccount:metallb-system:lbctl-controller" may not watch services in the whole cluster. Waiting; no address is given out or taken back yet. Missing RBAC rule in a ClusterRole: - {apiGroups: [""], resources: ["services"], verbs: ["watch"]} Check with: kubectl auth can-i watch services --all-namespaces',
    'lbctl-right-missing',
    undefined,
    'lbctl',
  ],
  [
    '09:55:41.392 warn  kubernetes User "system:serviceaccount:metallb-system:lbctl-controller" may not list pods in namespace metallb-system. So a controller of MetalLB would not be noticed. Missing RBAC rule in a Role or ClusterRole: - {apiGroups: [""], resources: ["pods"], verbs: ["list"]} Check with: kubectl auth can-i list pods -n metallb-system',
    'lbctl-right-missing',
    undefined,
    'lbctl',
  ],
  [
    '09:55:41.444 warn  kubernetes User "system:serviceaccount:metallb-system:lbctl-controller" may not get leases.coordination.k8s.io in namespace metallb-system. Without the lease nothing is written; every Service keeps what it has. Missing RBAC rule in a Role or ClusterRole: - {apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["get"]} Check with: kubectl auth can-i get leases.coordination.k8s.io -n metallb-system',
    'lbctl-right-missing',
    undefined,
    'lbctl',
  ],
  [
    '09:55:41.445 warn  webhook The certificate of the webhooks could not be looked after: User "system:serviceaccount:metallb-system:lbctl-controller" may not get secrets in namespace metallb-system.',
    'lbctl-right-missing',
    undefined,
    'controller',
  ],
  [
    '09:55:19.591 error webhook Webhooks cannot be served on any address, port 37759 (EADDRINUSE).',
    'lbctl-webhook-not-served',
    'F02',
    'controller',
  ],
  [
    '09:55:26.915 warn  controller Nobody can be asked whether addresses are in use on the link; they are handed out all the same: no speaker listens for such questions',
    'lbctl-not-probed',
    undefined,
    'controller',
  ],
  [
    '09:55:26.916 warn  controller shop/wjson: 198.51.100.0 handed out without a probe on the link: no speaker listens for such questions',
    'lbctl-not-probed',
    undefined,
    'controller',
  ],
]

/** Of a controller that is well. */
export const HARMLESS_CONTROLLER_LINES: readonly string[] = [
  '{"caller":"controller","event":"started","identity":"vm_315e1a99-48c8-4340-a1fb-b79d4372c81d","level":"info","msg":"controller started","ts":"2026-11-28T09:57:47.485Z"}',
  '{"caller":"controller","event":"stateSynced","level":"info","msg":"controller synced, can allocate IPs now","ts":"2026-11-28T09:57:47.629Z"}',
  '{"caller":"controller","event":"leading","level":"info","msg":"leading","ts":"2026-11-28T09:57:47.667Z"}',
  '{"caller":"controller","controller":"PoolReconciler","event":"configLoaded","level":"info","msg":"config reloaded","ts":"2026-11-28T09:57:47.668Z"}',
  '{"caller":"controller","event":"ipAllocated","level":"info","message":"Assigned IP [\\"198.51.100.1\\"]","msg":"IP address assigned by controller","reason":"IPAllocated","service":"shop/old-json","ts":"2026-11-28T09:57:50.597Z"}',
  '{"caller":"controller","level":"info","msg":"shutting down","op":"shutdown","ts":"2026-11-28T09:57:55.279Z"}',
  '09:57:56.210 info  controller Controller is running',
  '09:57:56.494 info  controller Everything of the cluster is known',
  '09:57:56.549 info  controller This controller leads: it gives out addresses',
  '09:57:56.554 info  controller The pools are valid and in use',
  '09:58:01.466 info  controller shop/old-json: Assigned IP ["198.51.100.8"]',
  '09:58:03.955 info  controller Stopping: what is on its way is written, then the lead is given up',
]
