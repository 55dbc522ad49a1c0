// How a packet came to where it is: a list that grows at its end and shares its beginning with others.

export type TrailStep =
  /** went into a chain, by a rule that says so */
  | {
      readonly kind: 'chain'
      readonly table: string
      readonly chain: string
      readonly comment: string | undefined
    }
  /** was marked on the way; `by` is the chain that did it, when that was left again */
  | {
      readonly kind: 'mark'
      readonly mark: number
      readonly by: string | undefined
      readonly comment: string | undefined
    }
  | { readonly kind: 'endpoint'; readonly endpoint: string }
  | {
      readonly kind: 'stopped'
      readonly result: 'dropped' | 'rejected'
      readonly rule: string
      readonly comment: string | undefined
    }

export interface Trail {
  readonly step: TrailStep
  readonly before: Trail | undefined
}

export const onTrail = (before: Trail | undefined, step: TrailStep): Trail => ({ step, before })

/** From the first step to the last. */
export function trailSteps(trail: Trail | undefined): TrailStep[] {
  const steps: TrailStep[] = []
  for (let at = trail; at !== undefined; at = at.before) steps.push(at.step)
  return steps.reverse()
}
