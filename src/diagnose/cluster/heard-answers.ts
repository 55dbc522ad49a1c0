// Whether a place on the link heard anybody answer for an address.
import { ownersOf, probesSent } from '../checks/answers.ts'
import type { LinkFacts } from '../facts/link-facts.ts'

/** It asked for the address itself, on the link, and not for its own. */
const hasAsked = (facts: LinkFacts): boolean =>
  facts.examined.role === 'target' &&
  (facts.own === undefined || facts.own.dadFailed) &&
  (probesSent(facts) > 0 || facts.kernelResolution?.state === 'failed')

export const isDeaf = (facts: LinkFacts): boolean => hasAsked(facts) && ownersOf(facts).length === 0

export const hears = (facts: LinkFacts, address: string): boolean =>
  facts.target.address === address && facts.examined.role === 'target' && ownersOf(facts).length > 0
