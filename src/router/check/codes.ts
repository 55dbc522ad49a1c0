// The codes of what `router check` has to say; each has a page docs/rules/CODE.md. Codes are never used again.
import type { Severity } from '../../config/diagnostic.ts'

export const ROUTER_CODES = {
  R001: ['error', 'Node without a neighbour'],
  R002: ['error', 'AS number of the router differs'],
  R003: ['error', 'AS number of a node differs'],
  R004: ['error', 'Password on one side only'],
  R005: ['error', 'Multihop missing'],
  R006: ['error', 'TTL security that the nodes cannot meet'],
  R007: ['error', 'Address family not activated'],
  R008: ['error', 'Filter refuses addresses of a pool'],
  R009: ['error', 'Session without an import policy carries nothing'],
  R010: ['warning', 'No multipath'],
  R011: ['warning', 'Prefix limit too low'],
  R012: ['error', 'BFD on one side only'],
  R013: ['info', 'Hold times differ'],
  R014: ['warning', 'Unknown neighbour among the nodes'],
  R015: ['error', 'No BGP in the configuration'],
  R016: ['warning', 'Filter lets in more than the pools'],
  R017: ['error', 'Filter is not defined'],
  R018: ['error', 'Neighbour is switched off'],
  R019: ['warning', 'Routes are dropped while a node restarts'],
} as const satisfies Readonly<Record<string, readonly [Severity, string]>>

export type RouterCode = keyof typeof ROUTER_CODES
