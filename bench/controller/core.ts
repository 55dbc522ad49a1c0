// What the benchmark needs of the controller.
import { type ControllerOptions, ControllerState } from '../../src/controller/state/controller-state.ts'
import { DUAL, poolsChange, serviceChange } from '../../src/controller/testing/service-of.ts'

export const controller = (options: ControllerOptions): ControllerState => new ControllerState(options)
export const pool = poolsChange
/** A Service with addresses of both families. */
export const dualService = (key: string): ReturnType<typeof serviceChange> =>
  serviceChange(key, { ...DUAL, version: '1' })
