// Settings of one kernel, and the values that help against F18, F19 and F30. The larger of `all` and the interface counts for both
// rp_filter and arp_ignore (kernel documentation, networking/ip-sysctl).
import type { Change, RemedyAnswer, RemedyDraft, Setting } from './remedy.ts'
import { byHand } from './remedy.ts'

export interface HostSettings {
  /** name of the machine */
  readonly host: string
  /** names of its interfaces, `lo` and those of Pods among them */
  readonly interfaces: readonly string[]
  /** `net.ipv4.conf.all.rp_filter` → `1`; what could not be read is not there */
  readonly values: Readonly<Record<string, string>>
}

/** Codes whose remedy is a setting of the kernel: they are answered on the node itself, without a cluster. */
export const HOST_CODES: ReadonlySet<string> = new Set(['F19', 'F30'])

/** As sysctl writes it: a dot in the name of an interface is a slash. */
export const keyOf = (interfaceName: string, name: string): string =>
  `net.ipv4.conf.${interfaceName.replaceAll('.', '/')}.${name}`

/** Where the settings are kept for the next start of the machine: read in the order of the names, the last one wins. */
export const fileOf = (code: string): string => `90-lbctl-${code}.conf`

export const printSettings = (code: string, settings: readonly Setting[]): string =>
  [`# lbctl fix ${code}`, ...settings.map(({ key, after }) => `${key} = ${after}`), ''].join('\n')

/** Only what is lower is raised: `arp_ignore = 2` is stricter than what is needed. */
const raised = ({ values }: HostSettings, wanted: Readonly<Record<string, string>>): Setting[] =>
  Object.entries(wanted).flatMap(([key, after]) => {
    const before = values[key]
    return before === undefined || Number(before) >= Number(after) ? [] : [{ key, before, after }]
  })

export const STRICT_ARP = { 'net.ipv4.conf.all.arp_ignore': '1', 'net.ipv4.conf.all.arp_announce': '2' }

/** Undefined when the settings are so already, or could not be read. */
export function strictArpOn(host: HostSettings): Change | undefined {
  const settings = raised(host, STRICT_ARP)
  return settings.length === 0 ? undefined : { kind: 'sysctl', host: host.host, settings }
}

export function oneCardAnswers(host: HostSettings): RemedyAnswer {
  const change = strictArpOn(host)
  if (change === undefined)
    return byHand('arp_ignore and arp_announce are set on this host already, or cannot be read.')
  const draft: RemedyDraft = {
    changes: [change],
    summary: 'Answer ARP only on the card that has the address, and ask from an address of that card.',
    why: 'Linux answers on every card for the addresses of all cards; with arp_ignore 1 it does so for those of the card alone.',
    risk: 'A host that is reached by an address of another card of its own, on the same segment, is not reached that way any more.',
  }
  return [draft]
}

const STRICT = '1'
const LOOSE = '2'

/** Interfaces on which the strict filter is at work. */
export const strictInterfaces = ({ interfaces, values }: HostSettings): readonly string[] =>
  interfaces.filter((name) => {
    const counts = Math.max(
      Number(values[keyOf('all', 'rp_filter')] ?? 0),
      Number(values[keyOf(name, 'rp_filter')] ?? 0),
    )
    return name !== 'lo' && counts === Number(STRICT)
  })

/** @param only the interface that requests come in on, where it is known */
export function looseFilter(host: HostSettings, only: string | undefined): RemedyAnswer {
  const strict = strictInterfaces(host)
  if (only !== undefined && !host.interfaces.includes(only))
    return byHand(`There is no interface ${only} on ${host.host}: it has ${host.interfaces.join(', ')}.`)
  if (only === undefined ? strict.length === 0 : !strict.includes(only))
    return byHand(
      `The reverse path filter is not strict on ${only === undefined ? 'any interface' : `the interface ${only}`} of ${host.host}. What is left is a matter of routes, and which way is right only you know.`,
    )
  // One value for all interfaces is enough, and holds for those that come later.
  const key = keyOf(only ?? 'all', 'rp_filter')
  const before = host.values[key]
  if (before === undefined) return byHand(`${key} cannot be read on ${host.host}.`)
  return [
    {
      changes: [{ kind: 'sysctl', host: host.host, settings: [{ key, before, after: LOOSE }] }],
      summary: `Let the reverse path filter be loose on ${only ?? 'every interface'} (${key} = ${LOOSE}).`,
      why: `Strict, it drops requests whose answer would leave by another interface; loose, it drops only what no route at all leads back to (RFC 3704 §2.4). It is strict on ${strict.join(', ')}.`,
      risk: 'Packets with a forged sender that some other interface leads to are no longer dropped here.',
    },
  ]
}

/** What is wrong with a kernel by its settings alone, as a finding; the answer says what to do, or that nothing is. */
export function hostAnswer(
  code: string,
  host: HostSettings,
  only: string | undefined,
): { readonly title: string; readonly answer: RemedyAnswer } {
  if (code === 'F19')
    return {
      title: `${host.host} answers ARP on each card for the addresses of all of them.`,
      answer: oneCardAnswers(host),
    }
  const strict = strictInterfaces(host)
  return {
    title: `The reverse path filter of ${host.host} is strict on ${strict.join(', ')}: requests whose answer would leave by another interface are dropped.`,
    answer: looseFilter(host, only),
  }
}

export const settingsAfter = (host: HostSettings, changes: readonly Change[]): HostSettings => ({
  ...host,
  values: {
    ...host.values,
    ...Object.fromEntries(
      changes.flatMap((change) =>
        change.kind === 'sysctl' ? change.settings.map(({ key, after }) => [key, after]) : [],
      ),
    ),
  },
})
