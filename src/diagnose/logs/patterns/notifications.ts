// NOTIFICATION messages in logs: MetalLB writes the code as one number (0x0202), FRR as two (2/2), ExaBGP as (2,2), GoBGP as two
// members; BIRD and OpenBGPD in words alone.
import { notificationName } from '../../../wire/bgp/notification-codes.ts'
import type { LogPattern } from '../pattern.ts'
import { notificationInWords } from './notification-words.ts'

/** Code and subcode, from any of the ways in which they are written. */
export function notificationIn(text: string): { code: number; subcode: number } | undefined {
  const [, high, low] = /\b0x([0-9a-f]{2})([0-9a-f]{2})\b/i.exec(text) ?? []
  if (high !== undefined && low !== undefined)
    return { code: Number.parseInt(high, 16), subcode: Number.parseInt(low, 16) }
  const [, code, subcode] =
    /NOTIFICATION.*?\b(\d{1,2})\/(\d{1,2})\b/is.exec(text) ??
    /\bnotification (?:sent|received) [([](\d{1,2}),(\d{1,2})[)\]]/i.exec(text) ??
    /\bcode[ :=]+(\d{1,2})\b.*?\bsub-?code[ :=]+(\d{1,2})\b/is.exec(text) ??
    []
  return code === undefined ? notificationInWords(text) : { code: Number(code), subcode: Number(subcode) }
}

const FINDINGS: Readonly<Record<string, string>> = {
  '2/2': 'F37',
  '2/3': 'F42',
  '2/4': 'F43',
  '2/6': 'F41',
  '2/7': 'F43',
  '3/11': 'F37',
  '4/0': 'F41',
  '6/1': 'F44',
  '6/5': 'F36',
  '6/7': 'F40',
}

/** What the code stands for when it has no row of its own. */
const BY_CODE: Readonly<Record<number, string>> = {
  1: 'F36',
  2: 'F43',
  3: 'F43',
  4: 'F41',
  5: 'F36',
  6: 'F36',
}

const SAID = /notification|^[\w.-]+: (Received|Error): /i

/** Undefined when there is no NOTIFICATION in the text. */
export function notificationPattern(text: string): LogPattern | undefined {
  const found = SAID.test(text) ? notificationIn(text) : undefined
  if (found === undefined) return undefined
  const { code, subcode } = found
  const short = `${code}/${subcode}`
  const finding = FINDINGS[short] ?? BY_CODE[code]
  const name = notificationName(code, subcode)
  return {
    id: `bgp-notification-${code}-${subcode}`,
    ...(finding === undefined ? {} : { code: finding }),
    // Shut down, reset and the end of a maintenance window are somebody's wish.
    severity: code === 6 && [2, 3, 4, 9].includes(subcode) ? 'warning' : 'error',
    component: 'speaker',
    test: /NOTIFICATION/i,
    title: `A BGP session was ended with NOTIFICATION ${short}: ${name}`,
    meaning: `One side ended the session and said why. lbctl explain ${short} tells what this code means, and what helps.`,
    next: [`lbctl explain ${short}`, 'lbctl diagnose bgp ROUTER on the node compares both sides.'],
    exact: true,
  }
}
