// Pods of runs that could not delete them: their lbctl was killed, or the API server was away until it gave up.
import type { AgentsState } from './agents-state.ts'
import type { AgentPodFact } from './ports.ts'

/** Beyond the deadline of a Pod nobody waits for it any more. */
const LEFT_OVER_AFTER_SECONDS = 60

/** Age is measured by the clock that stamped them, which need not be ours. */
export const leftOverPods = (
  { settings, swept, clockMs }: AgentsState,
  pods: readonly AgentPodFact[],
): readonly AgentPodFact[] =>
  pods.filter(
    ({ run, name, createdAtMs, deadlineSeconds }) =>
      run !== settings.run &&
      !swept.includes(name) &&
      clockMs - createdAtMs > (deadlineSeconds + LEFT_OVER_AFTER_SECONDS) * 1000,
  )
