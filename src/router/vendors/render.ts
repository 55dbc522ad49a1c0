// Which vendors there are, and who writes for them.
import type { RouterPlan } from '../plan/router-plan.ts'
import { renderOpenwrt, renderOpnsense, renderUnifi } from './appliances.ts'
import { renderBird } from './bird.ts'
import { renderArista, renderCiscoIos } from './cisco.ts'
import { renderFrr } from './frr.ts'
import { renderJunos } from './junos.ts'
import { renderMikrotik6, renderMikrotik7 } from './mikrotik.ts'
import { renderNxos } from './nxos.ts'
import { renderOpenbgpd } from './openbgpd.ts'
import type { Renderer, VendorText } from './vendor-text.ts'
import { renderVyos } from './vyos.ts'

const RENDERERS = {
  frr: (plan) => renderFrr(plan),
  bird: (plan) => renderBird(plan),
  openbgpd: renderOpenbgpd,
  mikrotik6: renderMikrotik6,
  mikrotik7: renderMikrotik7,
  'cisco-ios': renderCiscoIos,
  nxos: renderNxos,
  junos: renderJunos,
  arista: renderArista,
  opnsense: renderOpnsense,
  unifi: renderUnifi,
  vyos: renderVyos,
  openwrt: renderOpenwrt,
} as const satisfies Record<string, Renderer>

export type Vendor = keyof typeof RENDERERS
export const VENDORS = Object.keys(RENDERERS) as readonly Vendor[]

/** The router's side in the syntax of a vendor. Deterministic; ends without a line break. */
export const renderRouter = (plan: RouterPlan, vendor: Vendor): VendorText => RENDERERS[vendor](plan)
