// Answers and failed connections → LbctlError. By status and error code, never by text; the server's text is only quoted, and
// only where it cannot hold a secret.
import { HIDDEN } from '../config/secrets/hidden.ts'
import { LbctlError } from '../errors/lbctl-error.ts'
import type { ClusterIdentity } from '../migrate/ports.ts'
import type { ApiAnswer, ApiRequest } from './exchange.ts'
import { describeRequest, type RequestDescription } from './request-description.ts'
import { fieldConflicts, readStatus, type Status } from './status.ts'

/** An answer that is no success. `secrets` are values that the server might quote. */
export function refusal(
  answer: ApiAnswer,
  request: ApiRequest,
  identity: ClusterIdentity,
  secrets: readonly string[],
): LbctlError {
  const status = hideSecrets(readStatus(answer.body), describeRequest(request), secrets)
  const what = describeRequest(request)
  const facts = {
    ...whereOf(identity),
    status: `${answer.status} ${status.reason}`.trim(),
  }
  switch (answer.status) {
    case 401:
      return new LbctlError(
        'permission',
        `The cluster does not accept the credentials of context "${identity.context}".`,
        {
          facts,
          hints: ['Log in again or check the token or certificate; it may have expired: kubectl auth whoami'],
        },
      )
    case 403:
      return forbidden(what, status, facts)
    case 404:
      return new LbctlError(
        'input',
        `${what.object} cannot be ${what.participle}: the cluster answers "${status.message}".`,
        {
          facts,
          hints: what.apply
            ? [
                'Check that the namespace exists and that MetalLB, with this version of its CRDs, is installed.',
              ]
            : [],
        },
      )
    case 409:
      return conflict(what, status, facts)
    case 429:
    case 503:
    case 504:
      return new LbctlError(
        'unreachable',
        `The cluster did not serve the request to ${what.verb} ${what.object}: ${status.message}.`,
        {
          facts,
          hints: ['It is overloaded or starting; try again later.'],
        },
      )
    default:
      return refused(what, status, facts, answer.status)
  }
}

type Facts = Readonly<Record<string, string>>

/** Which cluster it was, and who told of it. */
const whereOf = ({ server, context, kubeconfig }: ClusterIdentity): Facts => ({
  server,
  context,
  ...(kubeconfig === undefined ? {} : { kubeconfig }),
})

function forbidden(what: RequestDescription, status: Status, facts: Facts): LbctlError {
  // RBAC never says which rule is missing, but the request does. Other authorizers and admission refuse with 403 as well
  // (a namespace that is terminating, quota), then with causes or other words, so the message is quoted.
  const user = /User "([^"]+)"/.exec(status.message)?.[1]
  const where = what.namespace === undefined ? 'in the whole cluster' : `in namespace ${what.namespace}`
  return new LbctlError(
    'permission',
    `${user === undefined ? 'This user' : `User "${user}"`} may not ${what.verb} ${what.resource} ${where}.`,
    {
      facts: {
        ...facts,
        verb: what.verb,
        resource: what.resource,
        ...(user === undefined ? { answer: status.message } : {}),
      },
      hints: [
        `Missing RBAC rule in a ${what.namespace === undefined ? 'ClusterRole' : 'Role or ClusterRole'}: ${what.rbacRule}`,
        `Check with: kubectl auth can-i ${what.verb} ${what.resource}${what.namespace === undefined ? ' --all-namespaces' : ` -n ${what.namespace}`}`,
      ],
    },
  )
}

function conflict(what: RequestDescription, status: Status, facts: Facts): LbctlError {
  const owned = Object.fromEntries(fieldConflicts(status).map((c) => [c.field, `set by "${c.manager}"`]))
  if (Object.keys(owned).length > 0)
    return new LbctlError('conflict', `${what.object} has fields that others set to something else.`, {
      facts: { ...facts, ...owned },
    })
  return new LbctlError(
    'conflict',
    `${what.object} was changed in the meantime, so it was not ${what.participle}.`,
    {
      facts: { ...facts, ...(status.message === '' ? {} : { answer: status.message }) },
      hints: ['Look at what changed and run the command again.'],
    },
  )
}

/**
 * Everything else that the server refuses. What it says about the content stands in the causes (422), or only in the message:
 * server-side apply answers an unknown field or a wrong type with 500, a webhook that says no with 400.
 */
function refused(what: RequestDescription, status: Status, facts: Facts, code: number): LbctlError {
  const causes = status.causes.filter((cause) => cause.field !== '')
  const byField: Record<string, string> = {}
  for (const { field, message } of causes)
    byField[field] = field in byField ? `${byField[field]}; ${message}` : message
  const said = status.message === '' ? '' : `: ${status.message}`
  // An InternalError is the server's own trouble (a webhook out of reach), not the content's.
  const kind = code >= 500 && status.reason === 'InternalError' ? 'unreachable' : 'input'
  const hints =
    kind === 'unreachable'
      ? [
          'A part of the cluster that the server asks, such as an admission webhook, does not answer. Its name stands in the answer: kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations; see that its Pods run.',
        ]
      : []
  return new LbctlError(
    kind,
    causes.length > 1
      ? `The cluster refuses ${what.object} for ${causes.length} fields.`
      : `The cluster refuses to ${what.verb} ${what.object}${said}`,
    { facts: { ...facts, ...byField }, hints },
  )
}

/** No usable answer. @param code node's error code, or one of ExchangeError */
export function networkError(
  code: string,
  request: ApiRequest,
  identity: ClusterIdentity,
  timeoutMs: number,
): LbctlError {
  const facts = { ...whereOf(identity), code }
  if (code === 'TIMEOUT')
    return new LbctlError(
      'timeout',
      `The cluster at ${identity.server} did not answer within ${timeoutMs / 1000} s.`,
      {
        facts: { ...facts, request: `${request.method} ${request.path}` },
        hints: ['Check that this machine reaches the API server: a firewall, a VPN, or a wrong address.'],
      },
    )
  if (code === 'CONNECT_TIMEOUT' || code === 'ETIMEDOUT')
    return new LbctlError(
      'timeout',
      `The cluster at ${identity.server} cannot be reached: nothing answered the attempt to connect.`,
      {
        facts,
        hints: [
          'A firewall may drop it, or the address may be wrong: check the server address of the context, and the VPN.',
        ],
      },
    )
  if (code === 'ABORTED')
    return new LbctlError('timeout', 'The request was given up because the command was stopped.', { facts })
  const [why, hint] = explain(code)
  return new LbctlError('unreachable', `The cluster at ${identity.server} cannot be reached: ${why}.`, {
    facts,
    hints: [hint],
  })
}

function explain(code: string): readonly [why: string, hint: string] {
  switch (code) {
    case 'ECONNREFUSED':
      return [
        'nothing listens there',
        'Check the server address of the context, and that the API server runs.',
      ]
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return ['its name does not resolve', 'Check the server address of the context, and DNS.']
    case 'ECONNRESET':
    case 'EPIPE':
      return ['the connection was cut', 'The API server may be restarting, or a proxy cut it; try again.']
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return ['there is no route to it', 'Check the network of this machine, or its VPN.']
    case 'PROXY_REFUSED':
      return [
        'the proxy does not let the connection through',
        'Check proxy-url in the kubeconfig, HTTPS_PROXY, NO_PROXY, and what the proxy allows.',
      ]
    case 'NOT_JSON':
    case 'NOT_GZIP':
      return [
        'what answers is not a Kubernetes API server',
        'Check the server address; a proxy or login page may stand there.',
      ]
    case 'TOO_LARGE':
      return ['its answer is larger than lbctl takes', 'Name a namespace with --namespace.']
    default:
      return isTls(code)
        ? [
            `its certificate or TLS was not accepted (${code})`,
            'Check certificate-authority, the server name and the clock.',
          ]
        : [`the connection failed (${code})`, 'Check the server address of the context.']
  }
}

/** Codes of OpenSSL's verification, as node passes them on, and of node's own TLS checks. */
const isTls = (code: string): boolean =>
  /^(ERR_TLS|ERR_SSL|ERR_OSSL|CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|EPROTO)/.test(code)

/**
 * Texts about a Secret are dropped whole: a patch of a wrong type makes the server quote the object. Elsewhere the known
 * secret values (a peer's password) are blotted out.
 */
function hideSecrets(status: Status, what: RequestDescription, secrets: readonly string[]): Status {
  const known = secrets.filter((secret) => secret !== '')
  const clean = (text: string): string =>
    known.reduce(
      (all, secret) => all.replaceAll(secret, HIDDEN).replaceAll(JSON.stringify(secret).slice(1, -1), HIDDEN),
      text,
    )
  // A 403 is decided before the body is read.
  if (what.resource !== 'secrets' || status.reason === 'Forbidden')
    return {
      ...status,
      message: clean(status.message),
      causes: status.causes.map((cause) => ({ ...cause, message: clean(cause.message) })),
    }
  const hidden = 'not shown, it may quote the Secret'
  return {
    ...status,
    message: status.message === '' ? '' : `(answer ${hidden})`,
    // Who owns a field is no secret, and is what a conflict is about.
    causes: status.causes.map((cause) =>
      cause.reason === 'FieldManagerConflict' ? cause : { ...cause, message: `${cause.reason} (${hidden})` },
    ),
  }
}
