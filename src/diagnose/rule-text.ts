// Routing rules and tables as ip-rule(8) writes them.
import { formatPrefix } from '../net/prefix.ts'
import type { Rule } from './ports/tables.ts'

/** As `ip rule` shows it. */
export function ruleText(rule: Rule): string {
  const { mark } = rule
  const parts = [
    `${rule.priority}:`,
    rule.not ? 'not' : [],
    `from ${rule.from === undefined ? 'all' : formatPrefix(rule.from)}`,
    rule.to === undefined ? [] : `to ${formatPrefix(rule.to)}`,
    rule.inputInterface === undefined ? [] : `iif ${rule.inputInterface}`,
    rule.outputInterface === undefined ? [] : `oif ${rule.outputInterface}`,
    mark === undefined ? [] : `fwmark 0x${mark.value.toString(16)}`,
    rule.action === 'table' ? (rule.vrf ? 'lookup l3mdev' : `lookup ${tableName(rule.table)}`) : rule.action,
  ]
  return parts.flat().join(' ')
}

const TABLES: Readonly<Record<number, string>> = { 253: 'default', 254: 'main', 255: 'local' }
export const tableName = (table: number): string => TABLES[table] ?? `${table}`
