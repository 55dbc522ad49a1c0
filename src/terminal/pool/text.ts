// Pools and addresses for a person.
import type {
  Count,
  FamilyReport,
  HolderReport,
  ListReport,
  NextReport,
  PoolReport,
  ShowReport,
  WhoReport,
} from '../../controller/pools/pool-report.ts'
import { safeText } from '../safe-text.ts'
import { tableLines } from '../table.ts'
import { createTheme } from '../theme.ts'
import { wrap } from '../wrap.ts'
import { forecastNotes, forecastSentence } from './forecast.ts'

export interface PoolStyle {
  readonly colorLevel: 0 | 1 | 2 | 3
  readonly width: number
  /** signs that are not of ASCII can be read, which is so unless it is said */
  readonly utf8?: boolean
}

export function renderPoolList({ pools, waiting, strays }: ListReport, style: PoolStyle): string {
  if (pools.length === 0) return 'There is no IPAddressPool.\n'
  const rows = pools.flatMap((pool) =>
    families(pool).map(([family, report]) => [
      pool.name,
      family,
      `${report.used} of ${countText(report.capacity)}`,
      countText(report.free),
      report.next ?? 'none',
      audience(pool),
    ]),
  )
  const lines = table(['POOL', 'FAMILY', 'USED', 'FREE', 'NEXT', 'FOR'], rows, style)
  const used = pools.flatMap((pool) => usedFamilies(pool).map((each) => [pool.name, ...each] as const))
  if (used.length > 0) lines.push('')
  for (const [name, family, report] of used)
    lines.push(...wrap(`${safeText(name)} ${family}: ${forecastSentence(report.forecast)}`, style.width))
  for (const note of forecastNotes(used.map(([, , report]) => report.forecast)))
    lines.push(...wrap(note, style.width))
  if (waiting.length > 0)
    lines.push('', ...wrap(`Without an address: ${waiting.map(safeText).join(', ')}`, style.width))
  for (const { service, addresses, why } of strays)
    lines.push(
      ...wrap(
        `${safeText(service)} has ${addresses.map(safeText).join(', ')} and may not: ${safeText(why)}`,
        style.width,
      ),
    )
  return `${lines.join('\n')}\n`
}

/** Nobody reads twenty digits: `1.8e19`. */
export const countText = (count: Count): string =>
  typeof count === 'number' ? String(count) : Number(count).toExponential(1).replace('+', '')

const families = ({ ipv4, ipv6 }: PoolReport): (readonly [string, FamilyReport])[] => [
  ...(ipv4 === null ? [] : [['IPv4', ipv4] as const]),
  ...(ipv6 === null ? [] : [['IPv6', ipv6] as const]),
]

/** An empty pool needs no forecast. */
const usedFamilies = (pool: PoolReport): (readonly [string, FamilyReport])[] =>
  families(pool).filter(([, { used }]) => used > 0)

function audience({ autoAssign, namespaces, selectsServices, priority }: PoolReport): string {
  const whom = [
    ...(namespaces === null
      ? []
      : [
          namespaces.length === 0
            ? 'no namespace that its selectors match'
            : `namespace ${namespaces.join(', ')}`,
        ]),
    ...(selectsServices ? ['Services that its selectors match'] : []),
    ...(priority === null || priority === 0 ? [] : [`priority ${priority}`]),
  ]
  return [...(whom.length === 0 ? ['everybody'] : whom), ...(autoAssign ? [] : ['on request only'])].join(
    '; ',
  )
}

export function renderPool({ pool, holders }: ShowReport, style: PoolStyle): string {
  const theme = createTheme(style.colorLevel)
  const counts = families(pool).map(
    ([family, { capacity, used, free, next }]) =>
      `${family}: ${used} of ${countText(capacity)} in use, ${countText(free)} free, next ${next ?? 'none'}`,
  )
  const used = usedFamilies(pool)
  const forecasts = [
    ...used.map(([family, report]) => `${family}: ${forecastSentence(report.forecast)}`),
    ...forecastNotes(used.map(([, report]) => report.forecast)),
  ]
  return `${[
    theme.strong(safeText(pool.name)),
    ...wrap(`Addresses: ${pool.ranges.join(', ')}`, style.width),
    `For: ${audience(pool)}`,
    ...(pool.avoidBuggyIPs ? ['IPv4 addresses that end in .0 or .255 are left out'] : []),
    ...counts,
    ...forecasts.flatMap((line) => wrap(line, style.width)),
    '',
    ...holderLines(holders, style),
  ].join('\n')}\n`
}

function holderLines(holders: readonly HolderReport[], style: PoolStyle): string[] {
  if (holders.length === 0) return ['No Service has an address of it.']
  const rows = holders.map(({ service, addresses, ports, sharingKey, since }) => [
    addresses.join(', '),
    service,
    since ?? '-',
    sharingKey ?? '-',
    ports.join(' '),
  ])
  return table(['ADDRESS', 'SERVICE', 'SINCE', 'SHARING KEY', 'PORTS'], rows, style)
}

export function renderWho({ address, pool, holders }: WhoReport, style: PoolStyle): string {
  const place = pool === null ? 'of no pool' : `of the pool ${safeText(pool)}`
  if (holders.length === 0) return `${address} is ${place}, and no Service has it.\n`
  const shared = holders.length > 1 ? `, shared by ${holders.length} Services` : ''
  return `${[`${address} is ${place}${shared}.`, '', ...holderLines(holders, style)].join('\n')}\n`
}

export function renderNext({ addresses, pool, why, refusals }: NextReport, style: PoolStyle): string {
  if (addresses !== null) return `${addresses.join(', ')} of the pool ${safeText(pool ?? '')}\n`
  const lines = [
    `It would get none: ${safeText(why ?? '')}`,
    ...refusals.flatMap(({ pool: name, words }) => wrap(`Pool ${safeText(name)}: ${words}.`, style.width)),
  ]
  return `${lines.join('\n')}\n`
}

export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  style: PoolStyle,
): string[] {
  const theme = createTheme(style.colorLevel)
  const [first = '', ...lines] = tableLines([head, ...rows.map((row) => row.map(safeText))], style.width)
  return [theme.faint(first), ...lines]
}
