// What the logs say, as `diagnose logs` reads them. A log is old news of one side: it is never the verdict where objects or packets
// show a cause.
import { type ClusterCheck, type ClusterDraft, type ClusterOutcome, failOr } from '../cluster-check.ts'
import { itemsOf, type LogIncident } from '../cluster-facts.ts'
import { CODES, codeInfo } from '../codes.ts'
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
    const byCode = new Map<string, LogIncident[]>()
    for (const incident of incidents)
      if (incident.code !== undefined && CODES.has(incident.code))
        byCode.set(incident.code, [...(byCode.get(incident.code) ?? []), incident])
    return failOr([...byCode].map(draftOf), counted(incidents.length, 'kind of line', 'kinds of lines'))
  },
}

function draftOf([code, incidents]: [string, readonly LogIncident[]]): ClusterDraft {
  const { title } = codeInfo(code)
  const count = incidents.reduce((sum, each) => sum + each.count, 0)
  const last =
    incidents
      .map((each) => each.last)
      .sort()
      .at(-1) ?? ''
  const more = incidents.length - MOST_LINES
  return {
    code,
    title: `The logs tell of "${title}".`,
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
