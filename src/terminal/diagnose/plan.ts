// `--explain-plan`: what would be sent, and nothing is.
import type { ExplainedPlan } from '../../diagnose/collect/explain-plan.ts'
import { printedJson } from '../printed-json.ts'
import { safeText } from '../safe-text.ts'

export function renderPlansText(plans: readonly ExplainedPlan[]): string {
  return `${plans.map(planText).join('\n\n')}\n`
}

function planText({ address, steps, frames, none = 'No frame would be sent.' }: ExplainedPlan): string {
  const lines = [`Plan for ${address}; nothing has been sent.`, ...steps.map((step) => `  ${step}`)]
  if (frames.length === 0) lines.push(`  ${none}`)
  for (const { when, text, bytes } of frames) lines.push(`  ${when}: ${text}`, `    ${bytes}`)
  return lines.map(safeText).join('\n')
}

export const renderPlansJson = (plans: readonly ExplainedPlan[]): string => `${printedJson({ plans }, 2)}\n`
