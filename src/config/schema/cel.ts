// Rules of the schema that are more than a type. The API server evaluates the CEL expression; `holds` is the same rule here.
import { parseDuration, SECOND_NS } from '../../net/duration.ts'

export type CelRuleId =
  | 'connect-time-range'
  | 'connect-time-whole-seconds'
  | 'graceful-restart-fixed'
  | 'value-fixed'
  | 'aggregation-or-service-selectors'

export interface CelRule {
  /** code of the diagnostic when the rule is broken; none for rules that compare with the stored object */
  readonly code?: string
  readonly expression: string
  readonly message: string
  /** whether a decoded value keeps the rule. Rules about a change hold for any single object. */
  holds(value: unknown): boolean
}

export const CEL_RULES: Readonly<Record<CelRuleId, CelRule>> = {
  'connect-time-range': {
    code: 'V212',
    expression: 'duration(self).getSeconds() >= 1 && duration(self).getSeconds() <= 65535',
    message: 'connectTime must lie between 1 second and 65535 seconds',
    holds: (value) => {
      const seconds = wholeSeconds(value)
      return seconds === undefined || (seconds >= 1n && seconds <= 65535n)
    },
  },
  'connect-time-whole-seconds': {
    code: 'V212',
    expression: 'duration(self).getMilliseconds() % 1000 == 0',
    message: 'connectTime must be a whole number of seconds',
    holds: (value) => {
      const parsed = typeof value === 'string' ? parseDuration(value) : undefined
      return parsed?.ok !== true || (parsed.value / 1_000_000n) % 1000n === 0n
    },
  },
  'graceful-restart-fixed': {
    expression: 'self == oldSelf',
    message: 'enableGracefulRestart is fixed when the peer is created',
    holds: () => true,
  },
  'value-fixed': {
    expression: 'self == oldSelf',
    message: 'this value is fixed once it is set',
    holds: () => true,
  },
  'aggregation-or-service-selectors': {
    code: 'V604',
    expression:
      '!has(self.serviceSelectors) || self.serviceSelectors.size() == 0 || ' +
      '((!has(self.aggregationLength) || self.aggregationLength == 32) && ' +
      '(!has(self.aggregationLengthV6) || self.aggregationLengthV6 == 128))',
    message:
      'with serviceSelectors, addresses cannot be aggregated: leave the aggregation lengths at 32 and 128',
    holds: (value) => {
      const spec = value as {
        serviceSelectors?: readonly unknown[]
        aggregationLength?: number
        aggregationLengthV6?: number
      }
      if ((spec.serviceSelectors?.length ?? 0) === 0) return true
      return (spec.aggregationLength ?? 32) === 32 && (spec.aggregationLengthV6 ?? 128) === 128
    },
  },
}

/** Seconds as CEL counts them: cut, not rounded. */
function wholeSeconds(value: unknown): bigint | undefined {
  const parsed = typeof value === 'string' ? parseDuration(value) : undefined
  return parsed?.ok === true ? parsed.value / SECOND_NS : undefined
}
