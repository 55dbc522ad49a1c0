// What the logs say, as `diagnose logs` reads them. A log is old news of one side: it is never the verdict where objects or packets
// show a cause.
import { peerInLine } from '../../logs/peer-in-line.ts'
import { type ClusterCheck, type ClusterDraft, type ClusterOutcome, failOr } from '../cluster-check.ts'
import { itemsOf, type LogIncident } from '../cluster-facts.ts'
import { CODES, codeInfo } from '../codes.ts'
import { grouped } from '../grouped.ts'
import { counted } from '../wording.ts'

const MOST_LINES = 5

export const logsTold: ClusterCheck = {
  id: 'logs-told',
  code: 'F36',
  link: 'wire',
  title: 'the logs tell of no trouble that is known',
  needs: ['logs'],
  evaluate: ({ facts }): ClusterOutcome => {
    const incidents = itemsOf(facts.logs)
    const known = incidents.filter(({ code }) => code !== undefined && CODES.has(code))
    const told = known.map((incident) => ({ incident, cause: causeOf(incident, known) }))
    // What only follows from another line is told apart from what has the same code by itself.
    const groups = grouped(told, ({ incident, cause }) => JSON.stringify([incident.code, cause?.code]))
    return failOr(
      [...groups.values()].flatMap((group) => draftOf(group) ?? []),
      counted(incidents.length, 'kind of line', 'kinds of lines'),
    )
  },
}

interface Told {
  readonly incident: LogIncident
  readonly cause: LogIncident | undefined
}

const SAID_IN_CONFUSION = /^bgp-notification-5-/

/**
 * The NOTIFICATION, or else the trouble of the same session, that a Finite State Machine Error came of: bgpd sends one to a router that
 * has just ended the session, or that keeps talking after its own (RFC 4271 §6.6).
 */
function causeOf(incident: LogIncident, known: readonly LogIncident[]): LogIncident | undefined {
  if (!SAID_IN_CONFUSION.test(incident.signature)) return undefined
  const peer = peerInLine(incident.example)
  if (peer === undefined) return undefined
  const others = known.filter(
    (each) =>
      each.code !== incident.code &&
      each.node === incident.node &&
      !SAID_IN_CONFUSION.test(each.signature) &&
      peerInLine(each.example) === peer,
  )
  return others.find(({ signature }) => signature.startsWith('bgp-notification-')) ?? others[0]
}

const titleOf = (code: string): string => `The logs tell of "${codeInfo(code).title}".`

function draftOf(group: readonly Told[]): ClusterDraft | undefined {
  const [first] = group
  const code = first?.incident.code
  if (first === undefined || code === undefined) return undefined
  const incidents = group.map(({ incident }) => incident)
  const cause = first.cause?.code
  const count = incidents.reduce((sum, each) => sum + each.count, 0)
  const last =
    incidents
      .map((each) => each.last)
      .sort()
      .at(-1) ?? ''
  const more = incidents.length - MOST_LINES
  return {
    code,
    title:
      cause === undefined
        ? titleOf(code)
        : 'The logs tell of messages that do not belong into the session any more (Finite State Machine Error).',
    ...(cause === undefined ? {} : { explainedBy: titleOf(cause) }),
    severity: 'warning',
    confidence: 'possible',
    subject: [...new Set(incidents.map(({ component }) => component))].join(', '),
    affects: 'installation',
    evidence: [
      `${counted(count, 'line')}${last === '' ? '' : `, the last one at ${last}`}`,
      ...incidents.slice(0, MOST_LINES).map(lineOf),
      ...(more > 0 ? [`and ${counted(more, 'more kind of line', 'more kinds of lines')}`] : []),
    ],
    cause: 'The programs wrote so. Whether it is still so, only the objects and the wire can tell.',
    fix: [
      {
        text: 'Read what the lines mean, and whether they go on.',
        command: 'lbctl diagnose logs --from-cluster',
      },
    ],
  }
}

const lineOf = ({ component, node, example }: LogIncident): string =>
  `${component}${node === undefined ? '' : ` on ${node}`}: ${example}`
