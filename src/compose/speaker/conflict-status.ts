// Conflicts for the status: times of the machine's clock as times of day.
import { performance } from 'node:perf_hooks'
import type { AnnouncerStatus } from '../../layer2/announcer-status.ts'
import { formatIp } from '../../net/ip.ts'
import type { ConflictStatus } from '../../speaker/report/status.ts'

export function conflictStatus(status: AnnouncerStatus | undefined): ConflictStatus[] {
  const offset = Date.now() - performance.now()
  return (status?.conflicts ?? []).map(({ address, interfaceName, mac, count, lastMs }) => ({
    address: formatIp(address),
    interface: interfaceName,
    mac,
    count,
    lastAt: new Date(offset + lastMs).toISOString(),
  }))
}
