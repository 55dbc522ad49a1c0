/** In the order in which a session can go wrong. */
export const FAULT_NAMES = [
  'refuse',
  'md5',
  'silent',
  'malformed',
  'wrong-as',
  'no-af',
  'reset-after-open',
  'max-prefix',
  'hold-expiry',
] as const
export type FaultName = (typeof FAULT_NAMES)[number]
