// V901–V907: what the release that the objects are for does not have, or will not have for long.

import { type MetalObject, subjectOf } from '../objects/read-object.ts'
import { apiVersionOf, type Field } from '../schema/field.ts'
import type { NotableUse } from '../schema/problem.ts'
import { compareReleases, NEWEST_RELEASE, type Release } from '../schema/release.ts'
import { parseCommunity } from '../semantics/community.ts'
import { child, spanOf } from '../source/node.ts'
import { configuration } from './cluster/objects.ts'
import type { RuleContext } from './context.ts'
import { ruleOf } from './registry.ts'

export function releases(context: RuleContext): void {
  const target = context.options.targetVersion
  for (const object of [...configuration(context.objects), ...context.objects.statuses]) {
    kindOf(context, object, target)
    for (const use of object.notable) fieldUse(context, object, use, target)
  }
  if (target !== undefined && compareReleases(target, '0.13.10') < 0) largeCommunities(context)
}

const lacks = (since: Release | undefined, target: Release): boolean =>
  since !== undefined && compareReleases(target, since) < 0

function kindOf(context: RuleContext, object: MetalObject, target: Release | undefined): void {
  const { schema } = object
  const at = spanOf(child(object.node, 'kind') ?? object.node)
  const { removed } = schema
  if (removed !== undefined && target === undefined)
    context.report('V905', object, {
      message: `${schema.kind} was removed in MetalLB ${removed}.`,
      at,
      hint: 'Convert it with "lbctl migrate".',
    })
  else if (
    target !== undefined &&
    (lacks(schema.since, target) || (removed !== undefined && compareReleases(target, removed) >= 0))
  )
    context.report('V902', object, {
      message: `MetalLB ${target} has no ${schema.kind}: it ${lacks(schema.since, target) ? `came with ${schema.since}` : `was removed in ${removed}`}.`,
      at,
      ...(removed === undefined ? {} : { hint: 'Convert it with "lbctl migrate".' }),
    })
  else if (schema.deprecated !== undefined)
    context.report('V904', object, {
      message: `${schema.kind} in ${apiVersionOf(schema)} is deprecated.`,
      at: spanOf(child(object.node, 'apiVersion') ?? object.node),
      hint: `${schema.deprecated} "lbctl migrate" converts it.`,
    })
}

function fieldUse(
  context: RuleContext,
  object: MetalObject,
  use: NotableUse,
  target: Release | undefined,
): void {
  const { field, path, at, isDefault } = use
  const report = (code: string, message: string, hint?: string) =>
    context.diagnostics.push({
      code,
      severity: ruleOf(code).severity,
      message,
      at,
      subject: subjectOf(object, path),
      ...(hint === undefined ? {} : { hint }),
    })
  if (target !== undefined && lacks(field.since, target))
    report(
      'V901',
      `MetalLB ${target} does not know "${path}": it ${cameWith(field)}.`,
      'That release drops the field without a word.',
    )
  else if (field.since === 'main' && target === undefined)
    report(
      'V906',
      `No release of MetalLB up to ${NEWEST_RELEASE} knows "${path}".`,
      'They drop the field without a word; only builds of the main branch have it.',
    )
  if (field.deprecated !== undefined && !isDefault)
    report('V903', `The field "${path}" is deprecated.`, field.deprecated)
}

const cameWith = (field: Field): string =>
  field.since === 'main' ? 'is in no release yet' : `came with ${field.since}`

function largeCommunities(context: RuleContext): void {
  const isLarge = (text: string) => {
    const parsed = parseCommunity(text)
    return parsed.ok && parsed.value.kind === 'large'
  }
  const target = context.options.targetVersion
  const message = (text: string) =>
    `MetalLB ${target} does not know large communities such as ${text}: they came with 0.13.10.`
  for (const object of context.objects.communities)
    for (const [index, { value = '' }] of (object.spec.communities ?? []).entries())
      if (isLarge(value))
        context.report('V907', object, {
          message: message(value),
          path: ['spec', 'communities', index, 'value'],
        })
  for (const advertisement of context.objects.bgpAdvertisements)
    for (const [index, text] of (advertisement.spec.communities ?? []).entries())
      if (isLarge(text))
        context.report('V907', advertisement, {
          message: message(text),
          path: ['spec', 'communities', index],
        })
}
