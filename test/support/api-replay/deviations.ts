// Where this server does not answer as the recorded one, by file and step, and why. The replay fails when a step is named
// here and does not differ any more.

const OWN_WORDS =
  'the definitions are made from our own schema, which words deprecations and CEL rules itself'
const WHOLE_OBJECT = 'the message quotes the whole object with the managedFields of the recording'
const YAML = 'compared as text, in which the managedFields and times of the recording stand'
const EVENT_RULES =
  'of the rules on new-style Events only those are checked that a client of this project can break'
const NO_CONTROLLER = 'kube-controller-manager writes several conditions before the object goes'
const POD_ADMISSION =
  'service accounts and tolerations are put into Pods by admission plugins that are not here'
const NO_SLICES = 'no controller makes slices of Pods or of Endpoints here'
const VERSION = 'the server says what it is'

export const DEVIATIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '02': {
    'table: bgppeers through the deprecated version (Warning header)': OWN_WORDS,
    'YAML answer': YAML,
  },
  '03': {
    'create, another version in the body': 'a second warning, about spec, comes with the refusal there',
    'the same peer through v1beta1: other apiVersion, same uid and resourceVersion, fields unknown there are gone, Warning header':
      OWN_WORDS,
    'create BGPPeer v1beta1': OWN_WORDS,
    'list v1beta1': OWN_WORDS,
  },
  '04': {
    'BGPAdvertisement, CEL rule across fields': OWN_WORDS,
    'BGPPeer v1beta1, three required': OWN_WORDS,
    'BGPPeer, maximum and enum':
      'a note that rules were not checked comes too, as it does where the schema has such rules',
    'BGPPeer, CEL: connectTime': OWN_WORDS,
    'BGPPeer, CEL: connectTime no duration at all': OWN_WORDS,
    'BGPPeer, CEL transition rule: immutable': OWN_WORDS,
    'finalizer illegal': 'the warning about finalizers without a domain comes with the refusal here',
    'ConfigurationState status: enum, pattern, date-time':
      'the recorded messages leave out the first part of the path',
    'ServiceL2Status status.node is immutable (CEL)': OWN_WORDS,
  },
  '05': {
    'strategic: finalizers merge as a set':
      'the order of the set: the recorded server puts what is new first',
    'merge: wrong type in a built-in object': WHOLE_OBJECT,
  },
  '06': {
    'no apiVersion and kind': 'another wording of the same refusal',
    'schema violation': 'the schema refuses with 422 and its causes, not with the 500 of the merge before it',
  },
  '07': {
    'owner: dependent, two controllers': 'the message quotes Go pointers',
    'namespace: watch': NO_CONTROLLER,
  },
  '09': { 'Strict merge-patch': WHOLE_OBJECT, 'Strict json-patch': WHOLE_OBJECT },
  '10': {
    'pod on node1': POD_ADMISSION,
    'pod on node2': POD_ADMISSION,
    'pods by spec.nodeName': POD_ADMISSION,
  },
  '14': {
    'Events, the same version after compaction':
      'only faults.compact() of both kinds forgets the past of Events',
  },
  '16': {
    'resourceVersion not given: all as ADDED, then a BOOKMARK with annotation k8s.io/initial-events-end, then changes':
      'the last bookmark comes 2.5 s before the end, after the recorded client stopped reading',
    'Events (no watch cache)': 'the bookmark of an Event carries no empty fields here',
  },
  '18': { 'watch of the CRD': 'conditions of a definition are written in fewer steps' },
  '20': {
    'LoadBalancer -> ExternalName': 'internalTrafficPolicy stays visible while the type has no use for it',
  },
  '21': { 'no name': 'a 422 that says so, where the recorded server fails in its allocator with 500' },
  '23': {
    'Service without Pods: slices (one per family) with endpoints null and ports null': NO_SLICES,
    'Pod on node1': POD_ADMISSION,
    'Pod running, ready': POD_ADMISSION,
    'one ready, one not': NO_SLICES,
    'Pod is deleted with a grace period: it stays, terminating': POD_ADMISSION,
    'terminating but serving: ready false, serving true, terminating true': NO_SLICES,
    'not ready, but published: ready true': NO_SLICES,
    'three slices now': NO_SLICES,
    'mirrored into a slice': NO_SLICES,
    Table: NO_SLICES,
  },
  '24': {
    watch: 'the node controller adds an annotation there, one event more',
    'podCIDR changed': 'the order of a merged set, see 05',
  },
  '25': {
    'events.k8s.io: reportingController, reportingInstance, action, reason missing': EVENT_RULES,
    'events.k8s.io: reportingController not qualified': EVENT_RULES,
    'events.k8s.io: series with count 1': EVENT_RULES,
    'events.k8s.io: type missing': EVENT_RULES,
    'list by involvedObject': EVENT_RULES,
    Table: EVENT_RULES,
  },
  '26': { 'renewTime as JavaScript writes it (milliseconds): refused': WHOLE_OBJECT },
  '28': {
    '/version': VERSION,
    'everybody: /version': VERSION,
    'everybody authenticated: SelfSubjectRulesReview': 'the default rules of a cluster name more paths',
    'TokenReview: a ServiceAccount': 'tokens are redacted in the recording',
    'TokenReview: for another audience': 'tokens are redacted in the recording',
  },
  '33': { '$ kubectl version (1)': VERSION },
  '29': { 'Accept: q values': YAML, 'redirect-looking path: /api/': 'the address of the server' },
}
