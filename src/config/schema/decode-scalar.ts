// Checks single values: text, numbers, durations.
import { type DurationError, parseDuration } from '../../net/duration.ts'
import { asInteger, type Node, type ScalarNode, spanOf } from '../source/node.ts'
import type { Field, IntegerField, StringField } from './field.ts'
import { type JsonType, jsonTypeOf, typeInWords } from './json-type.ts'
import { didYouMean } from './nearest.ts'
import type { Sink } from './problem.ts'

/** Reports a value of another JSON type than `wanted`. */
export function isType(node: Node, wanted: JsonType, field: Field, path: string, sink: Sink): boolean {
  const found = jsonTypeOf(node)
  if (found === wanted) return true
  sink.problem({
    code: 'V013',
    message: `The field "${path}" takes ${typeInWords(wanted)}, not ${typeInWords(found)}.`,
    at: spanOf(node),
    path,
    ...hintOf(typeHint(node, wanted, found, field) ?? field.hint),
  })
  return false
}

const hintOf = (hint: string | undefined): { hint?: string } => (hint === undefined ? {} : { hint })

function typeHint(node: Node, wanted: JsonType, found: JsonType, field: Field): string | undefined {
  if (wanted === 'array' && (found === 'string' || found === 'object'))
    return 'Put "- " before each item of the list.'
  if (node.kind !== 'scalar' || (field.type === 'string' && field.secret === true)) {
    return wanted === 'string' && node.kind === 'scalar' ? 'Put quotes around it.' : undefined
  }
  if (field.type === 'duration' && found === 'integer') return `Write it with its unit: ${node.text}s.`
  if (wanted === 'string') return `Put quotes around it: "${node.text}".`
  if (found !== 'string') return undefined
  const unquoted: ScalarNode = { ...node, style: 'plain' }
  return jsonTypeOf(unquoted) === wanted ? `Remove the quotes: ${node.text}.` : undefined
}

export function decodeString(node: Node, field: StringField, path: string, sink: Sink): string | undefined {
  if (!isType(node, 'string', field, path, sink) || node.kind !== 'scalar') return undefined
  const { text } = node
  if (field.enum !== undefined && !field.enum.includes(text)) {
    sink.problem({
      code: 'V015',
      message: `"${text}" is no value of "${path}".`,
      at: spanOf(node),
      path,
      hint: `${didYouMean(text, field.enum)} Allowed: ${field.enum.join(', ')}.`.trim(),
    })
    return undefined
  }
  const reason = malformed(text, field)
  if (reason === undefined) return text
  sink.problem({ code: 'V018', message: `The value of "${path}" ${reason}.`, at: spanOf(node), path })
  return undefined
}

const DATE_TIME = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[-+]\d{2}:\d{2})$/

function malformed(text: string, field: StringField): string | undefined {
  if (field.minLength !== undefined && text.length < field.minLength)
    return `is shorter than ${field.minLength} character${field.minLength === 1 ? '' : 's'}`
  if (field.maxLength !== undefined && text.length > field.maxLength)
    return `is longer than ${field.maxLength} characters`
  if (field.pattern !== undefined && !new RegExp(field.pattern).test(text))
    return `does not fit ${field.pattern}`
  if (field.format === 'date-time' && !DATE_TIME.test(text))
    return 'is no date and time such as 2026-01-31T12:00:00Z'
  return undefined
}

export function decodeInteger(node: Node, field: IntegerField, path: string, sink: Sink): number | undefined {
  if (!isType(node, 'integer', field, path, sink)) return undefined
  const value = asInteger(node)
  if (value === undefined) return undefined
  const low = field.min !== undefined && value < BigInt(field.min)
  const high = field.max !== undefined && value > BigInt(field.max)
  if (!low && !high) return Number(value)
  const limit = low ? `at least ${field.min}` : `at most ${field.max}`
  sink.problem({
    code: 'V014',
    message: `The field "${path}" is ${value}; it has to be ${limit}.`,
    at: spanOf(node),
    path,
    ...hintOf(field.hint),
  })
  return undefined
}

const DURATION_REASONS: Readonly<Record<DurationError, string>> = {
  empty: 'it is empty',
  'missing unit': 'the unit is missing',
  'unknown unit': 'it has an unknown unit',
  'not a duration': 'it is not a number with a unit',
  'too large': 'it is too long',
}

export function decodeDuration(node: Node, field: Field, path: string, sink: Sink): string | undefined {
  if (!isType(node, 'string', field, path, sink) || node.kind !== 'scalar') return undefined
  const parsed = parseDuration(node.text)
  if (parsed.ok) return node.text
  sink.problem({
    code: 'V017',
    message: `"${node.text}" in "${path}" is not a duration: ${DURATION_REASONS[parsed.error]}.`,
    at: spanOf(node),
    path,
    hint:
      parsed.error === 'missing unit'
        ? `Write ${node.text}s for seconds.`
        : 'Write for example 90s, 1m30s or 500ms.',
  })
  return undefined
}
