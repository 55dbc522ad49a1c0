// An endpoint explained, for programs: the report of other diagnoses, with words and next steps. Keys without a value are null.
import type { EndpointVerdict } from '../../diagnose/endpoint/endpoint-diagnosis.ts'
import type { EndpointFacts } from '../../diagnose/endpoint/endpoint-facts.ts'
import { printedJson } from '../printed-json.ts'
import { reportToJson } from './json.ts'

export const renderEndpointJson = (
  verdict: EndpointVerdict,
  facts: EndpointFacts,
  exitCode: number,
): string => {
  const { words, next, others } = verdict
  return `${printedJson({ reports: [{ ...reportToJson({ verdict, facts }), words, next, others }], exitCode }, 2, true)}\n`
}
