// For vendors whose unnumbered sessions are not written here.
import type { RouterPlan } from '../plan/router-plan.ts'

export const numberedOnly = (plan: RouterPlan): RouterPlan => ({
  ...plan,
  neighbours: plan.neighbours.filter(({ address }) => address !== undefined),
})

export const unnumberedNote = (plan: RouterPlan, title: string): string[] =>
  plan.neighbours.every(({ address }) => address !== undefined)
    ? []
    : [
        `Unnumbered sessions are not written for ${title}, and those neighbours are missing: give the BGPPeer a peerAddress.`,
      ]
