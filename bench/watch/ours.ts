// What the speaker does with Services and EndpointSlices: its own projections, over its own watches.
import { openConnection } from '../../src/kubernetes/connection.ts'
import { projectKnownService, projectSlice } from '../../src/kubernetes/facts/project.ts'
import { SERVICES, SLICES } from '../../src/kubernetes/facts/watched-kinds.ts'
import { ResourceWatch } from '../../src/kubernetes/watch/resource-watch.ts'
import { sameValue } from '../../src/speaker/facts/same-value.ts'

export function watchAll(kubeconfig: string) {
  const connection = openConnection({ kubeconfig })
  let events = 0
  const common = {
    connection,
    same: sameValue,
    onChanges: (changes: readonly unknown[]) => {
      events += changes.length
    },
    onReport: () => undefined,
  }
  const watches = [
    new ResourceWatch({ ...common, ...SERVICES, project: projectKnownService }),
    new ResourceWatch({ ...common, ...SLICES, project: projectSlice }),
  ]
  for (const watch of watches) watch.start()
  return {
    events: () => events,
    size: () => watches.reduce((sum, { view }) => sum + view.size, 0),
    has: (key: string) => watches.some(({ view }) => view.get(key) !== undefined),
    synced: () => watches.every(({ synced }) => synced),
    stop: () => {
      for (const watch of watches) watch.stop()
      connection.close()
    },
  }
}
