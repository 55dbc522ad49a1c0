import { AGENT_CASES } from './agent-cases.ts'
import { ANNOUNCE_CASES } from './announce-cases.ts'
import type { FaultCase } from './cases.ts'
import { CONFIGURATION_CASES } from './configuration-cases.ts'
import { GROUP_CASES } from './group-cases.ts'
import { HOST_CASES } from './host-cases.ts'
import { INSTALLATION_CASES } from './installation-cases.ts'
import { LINK_CASES } from './link-cases.ts'
import { NEIGHBOUR_CASES } from './neighbour-cases.ts'
import { NETWORK_CASES } from './network-cases.ts'
import { OWN_SESSION_CASES } from './own-session-cases.ts'
import { PEER_CASES } from './peer-cases.ts'
import { PENDING_CASES } from './pending-cases.ts'
import { PLANE_CASES } from './plane-cases.ts'
import { SESSION_CASES } from './session-cases.ts'
import { SILENT_CASES } from './silent-cases.ts'
import { STRAY_CASES } from './stray-cases.ts'
import { WIRE_CASES } from './wire-cases.ts'

export const FAULT_CASES: readonly FaultCase[] = [
  ...INSTALLATION_CASES,
  ...CONFIGURATION_CASES,
  ...ANNOUNCE_CASES,
  ...PENDING_CASES,
  ...PLANE_CASES,
  ...WIRE_CASES,
  ...HOST_CASES,
  ...SESSION_CASES,
  ...PEER_CASES,
  ...LINK_CASES,
  ...NETWORK_CASES,
  ...NEIGHBOUR_CASES,
  ...OWN_SESSION_CASES,
  ...GROUP_CASES,
  ...STRAY_CASES,
  ...AGENT_CASES,
  ...SILENT_CASES,
]
