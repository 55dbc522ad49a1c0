// Nothing runs in the laboratory: what a container printed comes from whoever plays kubelet.

/** The log of one container; undefined: it has not started. */
export type PodLogSource = (pod: {
  readonly namespace: string
  readonly name: string
  readonly container: string
}) => string | undefined
