// Two versions of an object → the fields that differ, by their paths. What changes by itself from minute to minute is left out.

export interface FieldChange {
  /** `spec.addresses`, `status.conditions[Ready].status`, `metadata.labels[app]` */
  readonly path: string
  /** undefined: it was not there */
  readonly before: unknown
  /** undefined: it is not there any more */
  readonly after: unknown
}

/** Bookkeeping of the API server, and moments. */
const NOISE = new Set([
  'resourceVersion',
  'uid',
  'generation',
  'observedGeneration',
  'creationTimestamp',
  'managedFields',
  'lastTransitionTime',
  'lastHeartbeatTime',
  'lastProbeTime',
  'lastUpdateTime',
  'renewTime',
  'acquireTime',
  'startTime',
  'startedAt',
  'finishedAt',
  'containerID',
  'images',
  'volumesInUse',
  'volumesAttached',
])
/** Labels and annotations that controllers count and write times in. */
const OWN_NOISE =
  /^(?:pod-template-hash|controller-revision-hash|pod-template-generation|deployment\.kubernetes\.io\/revision|deprecated\.daemonset\.template\.generation|endpoints\.kubernetes\.io\/last-change-trigger-time|control-plane\.alpha\.kubernetes\.io\/leader)$/
/** What tells the items of a list apart, in objects of Kubernetes. */
const KEYS = ['type', 'name', 'nodeName', 'ip', 'key'] as const
/** Fields whose keys are the users' own words. */
const MAPS = new Set([
  ...['labels', 'annotations', 'matchLabels', 'nodeSelector', 'data'],
  ...['sysctls', 'links', 'routes', 'rules', 'firewall', 'listeners', 'sessions'],
])

export function fieldChanges(before: unknown, after: unknown, path = ''): FieldChange[] {
  if (isMap(before) && isMap(after)) return mapChanges(before, after, path)
  if (Array.isArray(before) && Array.isArray(after)) return listChanges(before, after, path)
  return same(before, after) ? [] : [{ path, before, after }]
}

type Fields = Readonly<Record<string, unknown>>

function mapChanges(before: Fields, after: Fields, path: string): FieldChange[] {
  const isOpen = MAPS.has(path.split('.').at(-1) ?? '')
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort()
  return names
    .filter((name) => (isOpen ? !OWN_NOISE.test(name) : !NOISE.has(name)))
    .flatMap((name) => fieldChanges(before[name], after[name], inside(path, name, isOpen)))
}

const inside = (path: string, name: string, isOpen: boolean): string => {
  if (isOpen) return `${path}[${name}]`
  return path === '' ? name : `${path}.${name}`
}

/** Items that have a name are compared with their namesakes; lists of anything else as a whole. */
function listChanges(before: readonly unknown[], after: readonly unknown[], path: string): FieldChange[] {
  const key = KEYS.find((each) => isKeyed(before, each) && isKeyed(after, each))
  if (key === undefined) return same(before, after) ? [] : [{ path, before, after }]
  const named = (items: readonly unknown[]) =>
    new Map(items.map((item) => [String((item as Fields)[key]), item] as const))
  const old = named(before)
  const now = named(after)
  return [...new Set([...old.keys(), ...now.keys()])]
    .sort()
    .flatMap((name) => fieldChanges(old.get(name), now.get(name), `${path}[${name}]`))
}

const isKeyed = (items: readonly unknown[], key: string): boolean => {
  const values = items.map((item) => (isMap(item) ? item[key] : undefined))
  return values.every((value) => typeof value === 'string') && new Set(values).size === values.length
}

const isMap = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The order of the keys is no difference. */
function same(a: unknown, b: unknown): boolean {
  if (isMap(a) && isMap(b)) return mapChanges(a, b, '').length === 0
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, index) => same(item, b[index]))
  return a === b
}
