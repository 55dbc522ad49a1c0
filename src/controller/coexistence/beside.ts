// A controller of MetalLB in the same namespace: it knows no Lease, so two would give out the same addresses.

/** A Pod of it that runs, and that nobody has asked to end. */
export interface MetallbController {
  readonly pod: string
  /** undefined: something else made it */
  readonly deployment: string | undefined
}

/** What keeps this controller from starting; undefined: nothing does. */
export interface Rival {
  readonly message: string
  readonly hints: readonly string[]
}

export function rivalOf(
  [first]: readonly MetallbController[],
  namespace: string,
  server: string,
): Rival | undefined {
  if (first === undefined) return undefined
  const target = `deployment ${first.deployment ?? 'controller'}`
  return {
    message: `MetalLB's own controller runs in this cluster (pod ${namespace}/${first.pod} at ${server}), and two controllers would give out the same addresses.`,
    hints: [
      `Scale it down first, no Service loses its address by that: kubectl -n ${namespace} scale ${target} --replicas=0`,
      'Its webhooks go with it: while nobody answers, MetalLB’s resources cannot be changed. lbctl install brings our own, or delete the ValidatingWebhookConfiguration metallb-webhook-configuration.',
      'With --force this controller starts all the same.',
    ],
  }
}
