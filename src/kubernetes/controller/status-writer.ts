// What the controller writes: the status of Services, the counters of pools, and its ConfigurationState.

import { FROM_POOL } from '../../controller/converge/wish.ts'
import type { StatusWriter, WriteOutcome } from '../../controller/ports.ts'
import type { ConfigurationCondition } from '../../controller/report/configuration-condition.ts'
import type { PoolCounters, StatusWrite } from '../../controller/state/effects.ts'
import { LbctlError } from '../../errors/lbctl-error.ts'
import type { OwnerReference } from '../../install/memberlist-secret.ts'
import type { ApiRequest } from '../exchange.ts'
import { METALLB_GROUP, pathOf } from '../resources.ts'
import { asRecord } from '../status.ts'
import { secondsText } from '../times.ts'
import type { GuardedWrites } from './guarded-write.ts'

export interface StatusWriterOptions {
  readonly writes: Pick<GuardedWrites, 'write'>
  /** what a ConfigurationState says now; undefined: there is none, or it cannot be read */
  readonly readState: (path: string) => Promise<unknown>
  readonly poolStatus: (pool: string) => Readonly<Record<string, unknown>> | undefined
  readonly namespace: string
  /** who it goes with; rejects with an LbctlError while that cannot be found out */
  readonly owner: () => Promise<OwnerReference | undefined>
  /** the time of day */
  readonly nowMs?: () => number
}

const MERGE = 'application/merge-patch+json'
const APPLY = 'application/apply-patch+yaml'
const MANAGER = 'lbctl'
/** Field owner of the condition, as MetalLB's controller has it (metallb.md §4.9). */
const RECONCILER = 'poolReconciler'
const NAME = 'controller'
const NOTHING_NEW: WriteOutcome = { kind: 'written', version: undefined }
const custom = (resource: string) => ({ group: METALLB_GROUP, version: 'v1beta1', resource })

export class ClusterStatusWriter implements StatusWriter {
  readonly #options: StatusWriterOptions

  constructor(options: StatusWriterOptions) {
    this.#options = options
  }

  /** One request: what is written to metadata through the status subresource counts too (metallb.md §4.2). */
  writeService({ namespace, name, status, basedOn }: StatusWrite): Promise<WriteOutcome> {
    const path = `${pathOf({ group: '', version: 'v1', resource: 'services' }, { namespace, name })}/status`
    const { ingress, pool } = status
    const body = {
      metadata: {
        ...(basedOn === undefined ? {} : { resourceVersion: basedOn }),
        annotations: { [FROM_POOL]: pool ?? null },
      },
      status: { loadBalancer: ingress.length === 0 ? null : { ingress: ingress.map((ip) => ({ ip })) } },
    }
    return this.#options.writes.write(patch(path, MERGE, { fieldManager: MANAGER }, body))
  }

  async writePool(pool: string, counters: PoolCounters): Promise<WriteOutcome> {
    const status = {
      assignedIPv4: counters.assignedIPv4,
      assignedIPv6: counters.assignedIPv6,
      availableIPv4: count(counters.availableIPv4),
      availableIPv6: count(counters.availableIPv6),
    }
    const said = this.#options.poolStatus(pool)
    if (said !== undefined && Object.entries(status).every(([field, value]) => said[field] === value))
      return NOTHING_NEW
    const { namespace, writes } = this.#options
    const path = `${pathOf(custom('ipaddresspools'), { namespace, name: pool })}/status`
    return writes.write(patch(path, MERGE, { fieldManager: MANAGER }, { status }))
  }

  async writeConfiguration(condition: ConfigurationCondition): Promise<WriteOutcome> {
    const { namespace, writes, readState } = this.#options
    const path = pathOf(custom('configurationstates'), { namespace, name: NAME })
    if (saysAlready(await readState(path), condition)) return NOTHING_NEW
    const identity = { apiVersion: `${METALLB_GROUP}/v1beta1`, kind: 'ConfigurationState' }
    let owner: OwnerReference | undefined
    try {
      owner = await this.#options.owner()
    } catch (error) {
      // Without its owner it would stay for ever, and nothing would be written anew that is said already.
      if (error instanceof LbctlError)
        return { kind: 'failed', message: error.message, retryAfterMs: undefined }
      throw error
    }
    const metadata = { name: NAME, namespace }
    const whole = {
      ...metadata,
      labels: { 'metallb.io/component-type': 'controller' },
      ...(owner === undefined ? {} : { ownerReferences: [owner] }),
    }
    const made = await writes.write(patch(path, APPLY, force(MANAGER), { ...identity, metadata: whole }))
    // Releases before 0.15.3 have no such kind, and then there is nothing to say: `gone`.
    if (made.kind !== 'written') return made
    const status = stateOf(condition, (this.#options.nowMs ?? Date.now)())
    return writes.write(patch(`${path}/status`, APPLY, force(RECONCILER), { ...identity, metadata, status }))
  }
}

const force = (fieldManager: string) => ({ fieldManager, force: 'true' })

const patch = (
  path: string,
  contentType: string,
  query: Readonly<Record<string, string>>,
  body: unknown,
): ApiRequest => ({ method: 'PATCH', path, contentType, query, body })

/** The field is an int64, and a /64 has more addresses than that: the largest that JSON numbers of JavaScript hold below it. */
const MOST = 2 ** 63 - 1024
const count = (available: bigint): number => Math.min(Number(available), MOST)

function stateOf(condition: ConfigurationCondition, nowMs: number) {
  const valid = condition.status === 'True'
  return {
    result: valid ? 'Valid' : 'Invalid',
    errorSummary: condition.message,
    conditions: [{ ...condition, lastTransitionTime: secondsText(nowMs) }],
  }
}

/** A restart says nothing that is said already. */
function saysAlready(object: unknown, { type, status, message }: ConfigurationCondition): boolean {
  const { conditions } = asRecord(asRecord(object)['status'])
  return (
    Array.isArray(conditions) &&
    conditions.map(asRecord).some((each) => {
      return each['type'] === type && each['status'] === status && (each['message'] ?? '') === message
    })
  )
}
