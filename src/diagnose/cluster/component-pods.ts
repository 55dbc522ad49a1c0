// Pods of an installation, and the nodes whose speaker runs.
import type { KubeObject } from '../../config/kube-object.ts'
import { type Component, componentOf, type Installation, makerOf, selectsPod } from './installations.ts'
import { textAt } from './object-fields.ts'
import { isReady, nodeOf } from './object-keys.ts'

/** Of all workloads of the component: lbctl's speakers may stand beside MetalLB's. */
export function podsOfComponent(
  pods: readonly KubeObject[],
  installation: Installation | undefined,
  component: Component,
): readonly KubeObject[] {
  const workloads = (installation?.workloads ?? []).filter(({ object }) => componentOf(object) === component)
  return pods.filter((pod) =>
    workloads.length === 0
      ? makerOf(pod) !== undefined && componentOf(pod) === component
      : workloads.some(({ object }) => selectsPod(object, pod)),
  )
}

export const runningOn = (pods: readonly KubeObject[]): ReadonlySet<string> =>
  new Set(
    pods
      .filter((pod) => textAt(pod, 'status', 'phase') === 'Running' && isReady(pod))
      .flatMap((pod) => nodeOf(pod) ?? []),
  )
