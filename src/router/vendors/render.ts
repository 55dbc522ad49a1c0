// Which vendors there are, and who writes for them.
import type { RouterPlan } from '../plan/router-plan.ts'
import { renderBird } from './bird.ts'
import { renderFrr } from './frr.ts'
import { renderOpenbgpd } from './openbgpd.ts'
import type { Renderer, VendorText } from './vendor-text.ts'

const RENDERERS = {
  frr: (plan) => renderFrr(plan),
  bird: (plan) => renderBird(plan),
  openbgpd: renderOpenbgpd,
} as const satisfies Record<string, Renderer>

export type Vendor = keyof typeof RENDERERS
export const VENDORS = Object.keys(RENDERERS) as readonly Vendor[]

/** The router's side in the syntax of a vendor. Deterministic; ends without a line break. */
export const renderRouter = (plan: RouterPlan, vendor: Vendor): VendorText => RENDERERS[vendor](plan)
