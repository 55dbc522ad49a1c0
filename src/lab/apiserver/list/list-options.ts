// ListOptions from the query of LIST and WATCH: what they may say together, and what is refused.

import { isTrue } from '../http/request.ts'
import { objectAt } from '../json-value.ts'
import type { ServedKind } from '../registry/served-kind.ts'
import type { KubeObject } from '../resource-kind.ts'
import {
  badRequest,
  type Cause,
  forbiddenValue,
  internalError,
  invalid,
  unsupportedValue,
} from '../status.ts'
import { type FieldRequirement, fieldsMatch, parseFieldSelector } from './field-selector.ts'
import { type LabelRequirement, labelsMatch, parseLabelSelector } from './label-selector.ts'

export interface Selection {
  readonly labels: readonly LabelRequirement[]
  readonly fields: readonly FieldRequirement[]
  matches(object: KubeObject): boolean
}

export function selectionOf(query: URLSearchParams, served: ServedKind): Selection {
  const labels = parseLabelSelector(query.get('labelSelector') ?? '')
  const fields = parseFieldSelector(query.get('fieldSelector') ?? '', served)
  return {
    labels,
    fields,
    matches: (object) =>
      labelsMatch(labels, objectAt(object, 'metadata', 'labels')) && fieldsMatch(fields, object),
  }
}

export interface ListOptions {
  readonly selection: Selection
  readonly limit: number
  readonly continueToken: string
  /** undefined: not given. */
  readonly resourceVersion: number | undefined
  readonly match: string
}

/** Throws 400 and 422. */
export function listOptions(query: URLSearchParams, served: ServedKind): ListOptions {
  const limit = integer(query.get('limit'))
  const selection = selectionOf(query, served)
  const match = query.get('resourceVersionMatch') ?? ''
  const version = query.get('resourceVersion') ?? ''
  const causes: Cause[] = []
  if (query.has('sendInitialEvents'))
    causes.push(forbiddenValue('sendInitialEvents', 'sendInitialEvents is forbidden for list'))
  if (match !== '') causes.push(...matchCauses(match, version, query.get('continue') ?? ''))
  if (causes.length > 0) throw invalid('meta.k8s.io', 'ListOptions', '', causes)
  const continueToken = query.get('continue') ?? ''
  if (continueToken !== '' && version !== '' && version !== '0') {
    throw badRequest('specifying resource version is not allowed when using continue')
  }
  const number = version === '' ? undefined : versionNumber(version)
  if (Number.isNaN(number)) throw badRequest(`invalid resource version: ${notANumber(version)}`)
  return { selection, limit: Math.max(0, limit), continueToken, resourceVersion: number, match }
}

function matchCauses(match: string, version: string, continueToken: string): Cause[] {
  if (version === '') {
    return [
      forbiddenValue(
        'resourceVersionMatch',
        'resourceVersionMatch is forbidden unless resourceVersion is provided',
      ),
    ]
  }
  if (continueToken !== '') {
    return [
      forbiddenValue('resourceVersionMatch', 'resourceVersionMatch is forbidden when continue is provided'),
    ]
  }
  if (match !== 'Exact' && match !== 'NotOlderThan') {
    return [unsupportedValue('resourceVersionMatch', JSON.stringify(match), ['Exact', 'NotOlderThan', ''])]
  }
  return match === 'Exact' && version === '0'
    ? [
        forbiddenValue(
          'resourceVersionMatch',
          'resourceVersionMatch "exact" is forbidden for resourceVersion "0"',
        ),
      ]
    : []
}

export interface WatchOptions {
  readonly selection: Selection
  /** 0 or undefined: the state first. */
  readonly resourceVersion: number | undefined
  readonly bookmarks: boolean
  readonly sendInitialEvents: boolean | undefined
  /** 0: not given. */
  readonly timeoutSeconds: number
}

/** Throws 400, 422 and 500. */
export function watchOptions(
  query: URLSearchParams,
  served: ServedKind,
  watchListEnabled: boolean,
): WatchOptions {
  const selection = selectionOf(query, served)
  const given = query.get('sendInitialEvents')
  const match = query.get('resourceVersionMatch') ?? ''
  const causes = watchCauses(given, match, watchListEnabled)
  if (causes.length > 0) throw invalid('meta.k8s.io', 'ListOptions', '', causes)
  const version = query.get('resourceVersion') ?? ''
  const number = version === '' ? undefined : versionNumber(version)
  if (Number.isNaN(number)) throw internalError(notANumber(version))
  return {
    selection,
    resourceVersion: number,
    bookmarks: isTrue(query.get('allowWatchBookmarks')),
    sendInitialEvents: given === null ? undefined : isTrue(given),
    timeoutSeconds: integer(query.get('timeoutSeconds')),
  }
}

function watchCauses(given: string | null, match: string, enabled: boolean): Cause[] {
  const causes: Cause[] = []
  if (given === null) {
    if (match !== '') {
      causes.push(
        forbiddenValue(
          'resourceVersionMatch',
          'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
        ),
      )
    }
    return causes
  }
  if (match !== 'NotOlderThan') {
    causes.push(
      forbiddenValue(
        'resourceVersionMatch',
        'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
      ),
    )
    if (match !== '')
      causes.push(unsupportedValue('resourceVersionMatch', JSON.stringify(match), ['NotOlderThan']))
  }
  if (!enabled) {
    causes.push(
      forbiddenValue(
        'sendInitialEvents',
        'sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled',
      ),
    )
  }
  return causes
}

const versionNumber = (text: string): number => (/^\d+$/.test(text) ? Number(text) : Number.NaN)
const notANumber = (text: string): string =>
  `resourceVersion: Invalid value: ${JSON.stringify(text)}: strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`

function integer(text: string | null): number {
  if (text === null || text === '') return 0
  if (!/^-?\d+$/.test(text))
    throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`)
  return Number(text)
}
