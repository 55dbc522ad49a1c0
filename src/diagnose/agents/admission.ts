// Why the API server does not admit the Pod of an agent, from what it answers, and what to do. By its status it is refused all the same:
// the words only choose the remedy, and are always quoted.

export interface NotAdmitted {
  /** a clause */
  readonly reason: string
  /** whole sentences */
  readonly remedy: string
}

const ELSEWHERE =
  'or name a namespace that admits such Pods with --agent-namespace, or use --ssh, which needs no Pod.'

/** @param answer the message of the API server */
export function notAdmitted(answer: string, namespace: string): NotAdmitted {
  const said = oneLine(answer)
  const level = /violates PodSecurity "([a-z]+):/.exec(answer)?.[1]
  if (level !== undefined)
    return {
      reason: `namespace ${namespace} enforces PodSecurity "${level}", and an agent is in the network of its node with the capability NET_RAW, which that level forbids (${said})`,
      remedy: `Admit them there: kubectl label --overwrite namespace ${namespace} pod-security.kubernetes.io/enforce=privileged, ${ELSEWHERE}`,
    }
  if (/exceeded quota|must specify .*(?:cpu|memory)/.test(answer))
    return {
      reason: `a quota of namespace ${namespace} does not admit its Pod (${said})`,
      remedy: `See it: kubectl -n ${namespace} describe quota; look from fewer nodes with --agent-nodes, ${ELSEWHERE}`,
    }
  if (/is being terminated/.test(answer))
    return {
      reason: `namespace ${namespace} is being deleted (${said})`,
      remedy: 'Name another one with --agent-namespace.',
    }
  const webhook = /admission webhook "([^"]+)"/.exec(answer)?.[1]
  return {
    reason: `${webhook === undefined ? 'admission' : `the admission webhook ${webhook}`} does not let its Pod into namespace ${namespace} (${said})`,
    remedy: `Pods in the network of a node with the capability NET_RAW have to be allowed there: make an exception for the label app.kubernetes.io/component=agent in namespace ${namespace}, ${ELSEWHERE}`,
  }
}

const oneLine = (text: string): string => {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  return line.length > 400 ? `${line.slice(0, 397)}...` : line
}
