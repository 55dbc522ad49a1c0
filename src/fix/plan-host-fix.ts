// The remedy for a code that is a setting of the kernel, on the machine itself and without a cluster.
import { type HostSettings, hostAnswer, settingsAfter } from './host-settings.ts'
import type { FindingWithRemedy } from './remedy.ts'

/** Undefined when the settings are as they should be; a reason when something else stands in the way. */
export function planHostFix(code: string, host: HostSettings, only: string | undefined): FindingWithRemedy {
  const { title, answer } = hostAnswer(code, host, only)
  const subject = only === undefined ? `host ${host.host}` : `${only} of host ${host.host}`
  const head = { code, subject, severity: 'error' } as const
  if ('reason' in answer)
    return {
      ...head,
      title: `${code} is nothing that a setting of this host would help against.`,
      remedy: answer,
    }
  const [draft] = answer
  if (draft === undefined) throw new Error(`no draft for ${code}`)
  const then = hostAnswer(code, settingsAfter(host, draft.changes), only).answer
  return {
    ...head,
    title,
    remedy: { ...draft, code, subject, title, prediction: { gone: 'reason' in then, fresh: [] } },
  }
}
