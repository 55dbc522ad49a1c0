// Events, of either API group, as far as the checks need them.
import type { KubeObject } from '../../config/kube-object.ts'
import { grouped } from './grouped.ts'
import { numberAt, textAt, timeOf } from './object-fields.ts'

export interface ClusterEvent {
  readonly reason: string
  readonly message: string
  readonly warning: boolean
  /** who told it: `metallb-speaker` */
  readonly source: string
  readonly count: number
  /** milliseconds since 1970; 0 when it says none */
  readonly last: number
}

export class EventIndex {
  readonly #byObject: ReadonlyMap<string, readonly ClusterEvent[]>

  constructor(byObject: ReadonlyMap<string, readonly ClusterEvent[]>) {
    this.#byObject = byObject
  }

  /** @param id `namespace/name`, or the name alone of what is in no namespace */
  of(kind: string, id: string): readonly ClusterEvent[] {
    return this.#byObject.get(`${kind} ${id}`) ?? []
  }
}

export function indexEvents(events: readonly KubeObject[]): EventIndex {
  const byObject = grouped(events, subjectOf)
  return new EventIndex(
    new Map([...byObject].map(([id, all]) => [id, all.map(read).sort((a, b) => b.last - a.last)] as const)),
  )
}

/** Events about a Node are in some namespace, and name none as that of the Node. */
function subjectOf(event: KubeObject): string {
  const about = 'involvedObject' in event ? 'involvedObject' : 'regarding'
  const kind = textAt(event, about, 'kind') ?? ''
  const namespace = kind === 'Node' ? undefined : textAt(event, about, 'namespace')
  const name = textAt(event, about, 'name') ?? ''
  return `${kind} ${namespace === undefined ? name : `${namespace}/${name}`}`
}

const read = (event: KubeObject): ClusterEvent => ({
  reason: textAt(event, 'reason') ?? '',
  message: textAt(event, 'message') ?? textAt(event, 'note') ?? '',
  warning: textAt(event, 'type') === 'Warning',
  source:
    textAt(event, 'source', 'component') ??
    textAt(event, 'reportingComponent') ??
    textAt(event, 'reportingController') ??
    '',
  count: numberAt(event, 'count') ?? numberAt(event, 'series', 'count') ?? 1,
  last:
    timeOf(textAt(event, 'series', 'lastObservedTime')) ??
    timeOf(textAt(event, 'lastTimestamp')) ??
    timeOf(textAt(event, 'eventTime')) ??
    timeOf(textAt(event, 'metadata', 'creationTimestamp')) ??
    0,
})
