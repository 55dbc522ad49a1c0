// The shape of a label selector, as a field like any other.
import type { Field, ObjectField } from './field.ts'

const matchLabels: Field = {
  type: 'map',
  description: 'labels and the values that they must have',
  values: { type: 'string', description: 'value of the label' },
}
// Kubernetes' own selector, which all but BGPPeer v1beta1 have, is owned as a whole by whoever applies it.
const expressions = (valuesRequired: boolean): Field => ({
  type: 'list',
  atomic: !valuesRequired,
  description: 'conditions on labels, all of which have to hold',
  items: {
    type: 'object',
    description: 'a condition on one label',
    fields: {
      key: { type: 'string', required: true, description: 'the label' },
      operator: { type: 'string', required: true, description: 'In, NotIn, Exists or DoesNotExist' },
      values: {
        type: 'list',
        atomic: !valuesRequired,
        required: valuesRequired,
        ...(valuesRequired ? { minItems: 1 } : {}),
        description: 'values for In and NotIn',
        items: { type: 'string', description: 'a value of the label' },
      },
    },
  },
})
const selector = (valuesRequired: boolean): ObjectField => ({
  type: 'object',
  atomic: !valuesRequired,
  description: 'selects by labels; an empty one selects everything',
  fields: { matchLabels, matchExpressions: expressions(valuesRequired) },
})

export const SELECTOR_FIELDS = selector(false)
export const STRICT_SELECTOR_FIELDS = selector(true)
