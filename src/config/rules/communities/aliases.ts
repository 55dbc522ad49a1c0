// V401–V404: aliases of communities, and what they stand for.
import { type CommunityObject, keySpan, type Path, placeOf } from '../../objects/read-object.ts'
import { type CommunityError, parseCommunity } from '../../semantics/community.ts'
import type { RuleContext } from '../context.ts'

export function communityAliases(context: RuleContext): void {
  const first = new Map<string, { object: CommunityObject; path: Path }>()
  for (const object of context.objects.communities)
    for (const [index, { name = '', value = '' }] of (object.spec.communities ?? []).entries()) {
      const path = ['spec', 'communities', index]
      const namePath = [...path, 'name']
      const parsed = parseCommunity(value)
      if (!parsed.ok)
        context.report('V401', object, {
          message: `"${value}" is no community: ${communityReason(parsed.error)}.`,
          path: [...path, 'value'],
          hint: COMMUNITY_HINT,
        })
      if (name === '') {
        context.report('V403', object, {
          message: 'This community has no name, so nothing can refer to it.',
          path,
          at: keySpan(object, path, 'value'),
        })
        continue
      }
      if (parseCommunity(name).ok)
        context.report('V404', object, {
          message: `The alias "${name}" looks like a community itself; an advertisement with "${name}" gets ${value} instead.`,
          path: namePath,
        })
      const before = first.get(name)
      if (before === undefined) first.set(name, { object, path: namePath })
      else
        context.report('V402', object, {
          message: `The alias "${name}" is defined twice.`,
          path: namePath,
          related: [
            {
              message: `first in Community "${before.object.name}"`,
              at: placeOf(before.object, before.path),
            },
          ],
          hint: 'Aliases of all Community objects share one name space.',
        })
    }
}

export const COMMUNITY_HINT =
  'Write 65000:1 (two numbers up to 65535) or large:65000:1:2 (three numbers up to 4294967295).'

export function communityReason(error: CommunityError): string {
  switch (error.kind) {
    case 'format':
      return 'it has neither two parts nor four'
    case 'section':
      return `"${error.section}" is no number from 0 to ${error.max}`
    case 'marker':
      return `with four parts the first has to be "large", not "${error.marker}"`
  }
}
