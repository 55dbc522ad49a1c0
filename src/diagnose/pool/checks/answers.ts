import { counted } from '../address-list.ts'
import { findConflict, manyBehindOne, names, stateCheck } from './by-state.ts'

export const answered = stateCheck({
  id: 'answers',
  title: 'nobody answers in the range',
  state: 'answered',
  needs: ({ uses }) => (uses === undefined ? undefined : 'the Services are known: see the other checks'),
  passed: 'nobody does',
  finding: (found, { nodes }) => {
    const proxy = manyBehindOne(found)
    const byNodes =
      nodes !== undefined && found.every(({ owners }) => owners.every(({ node }) => node !== undefined))
    return {
      code: 'F11',
      title: `${counted(found.length, 'address', 'addresses')} in the range ${found.length === 1 ? 'has an owner' : 'have owners'}: ${names(found)}.`,
      severity: byNodes ? 'info' : 'warning',
      confidence: 'possible',
      evidence: proxy === undefined ? [] : [proxy],
      cause: byNodes
        ? 'Nodes of the cluster answer, most likely for Services that have these addresses.'
        : 'For a pool that is not in use yet, every one of them is a conflict. For one that is, lbctl must know the Services to tell.',
      fix: [
        {
          text: 'Give lbctl the Services and the nodes.',
          command:
            'kubectl get services -A -o json > services.json && kubectl get nodes -o json > nodes.json && lbctl diagnose pool RANGE --services services.json --nodes nodes.json',
        },
        ...findConflict,
      ],
      candidates: proxy === undefined ? ['F13'] : ['F14', 'F13'],
    }
  },
})
