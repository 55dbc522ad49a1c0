// What happens on the links → records of the log, with the words that MetalLB uses for the same thing.
import type { Layer2Report } from '../../layer2/events.ts'
import { formatIp } from '../../net/ip.ts'
import type { LogRecord } from './log-record.ts'

export function layer2Record(report: Layer2Report): LogRecord | undefined {
  const caller = 'layer2'
  switch (report.kind) {
    case 'interfaces':
      return undefined
    case 'answering':
    case 'silent': {
      const ip = formatIp(report.address)
      const { interfaceName } = report
      const verb = report.kind === 'answering' ? 'Answering' : 'No longer answering'
      return {
        level: 'debug',
        caller,
        fields: { event: report.kind, ip, interface: interfaceName },
        text: `${verb} for ${ip} on ${interfaceName}`,
      }
    }
    case 'interface-failed':
      return {
        level: 'error',
        caller,
        fields: {
          op: 'createARPResponder',
          error: report.code,
          interface: report.interfaceName,
          msg: 'failed to create ARP responder',
        },
        text: `Nothing is answered on ${report.interfaceName} (${report.code}); tried again in ${seconds(report.retryMs)}`,
      }
    case 'interface-recovered':
      return {
        level: 'info',
        caller,
        fields: {
          event: 'createARPResponder',
          interface: report.interfaceName,
          msg: 'created ARP responder for interface',
        },
        text: `Answering on ${report.interfaceName} again`,
      }
    case 'conflict':
      return conflictRecord(report)
    case 'responder-died':
      return {
        level: 'error',
        caller,
        fields: { error: report.cause.message, msg: 'responder died' },
        text: `The thread that answers ARP and neighbour solicitations ended: ${report.cause.message}; started again in ${seconds(report.retryMs)}`,
      }
    case 'interfaces-unknown':
      return {
        level: 'warn',
        caller,
        fields: { op: 'listInterfaces', error: String(report.cause) },
        text: `The interfaces of this host cannot be read: ${String(report.cause)}; tried again in ${seconds(report.retryMs)}`,
      }
  }
}

const seconds = (ms: number): string => `${Math.round(ms / 100) / 10} s`

function conflictRecord({ conflict }: Extract<Layer2Report, { kind: 'conflict' }>): LogRecord {
  const ip = formatIp(conflict.address)
  const { interfaceName, mac, duringTakeover, count } = conflict
  return {
    // The owner before has a last word when an address moves.
    level: duringTakeover ? 'info' : 'warn',
    caller: 'layer2',
    fields: {
      event: 'addressConflict',
      ip,
      interface: interfaceName,
      mac,
      count,
      msg: 'another host claims the address',
    },
    text: `${ip} is also claimed by ${mac} on ${interfaceName}${duringTakeover ? ', which may have had it until now' : ''}`,
  }
}
