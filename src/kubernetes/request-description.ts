// A request in words: for messages, and for the RBAC rule that would allow it.
import type { ApiRequest } from './exchange.ts'

export interface RequestDescription {
  /** as RBAC calls it; for an apply both verbs that it may need: `patch,create` */
  readonly verb: string
  /** `patched` */
  readonly participle: string
  /** `ipaddresspools.metallb.io`, or the path where there is no resource */
  readonly resource: string
  readonly namespace: string | undefined
  /** `ipaddresspools.metallb.io metallb-system/lan` */
  readonly object: string
  /** an item of `rules:` that can be pasted: `- {apiGroups: ["metallb.io"], resources: ["ipaddresspools"], verbs: ["patch","create"]}` */
  readonly rbacRule: string
  readonly apply: boolean
}

const PARTICIPLES: Readonly<Record<string, string>> = {
  get: 'read',
  list: 'listed',
  watch: 'watched',
  create: 'created',
  patch: 'patched',
  update: 'replaced',
  delete: 'deleted',
}

export function describeRequest(request: ApiRequest): RequestDescription {
  const apply = request.contentType === 'application/apply-patch+yaml'
  const match =
    /^(?:\/api|\/apis\/(?<group>[^/]+))\/(?<version>[^/]+)(?:\/namespaces\/(?<namespace>[^/]+)(?=\/))?\/(?<resource>[^/]+)(?:\/(?<name>[^/]+)(?:\/(?<part>status))?)?$/.exec(
      request.path,
    )
  const { group = '', namespace, name, part } = match?.groups ?? {}
  const resource = part === undefined ? match?.groups?.['resource'] : `${match?.groups?.['resource']}/${part}`
  const verb = verbOf(request, name !== undefined)
  if (resource === undefined) {
    const rbacRule = `- {nonResourceURLs: ["${request.path}"], verbs: ["get"]}`
    return {
      verb: 'get',
      participle: 'read',
      resource: request.path,
      namespace: undefined,
      object: request.path,
      rbacRule,
      apply,
    }
  }
  const [plural = '', ...parts] = resource.split('/')
  const qualified = [group === '' ? plural : `${plural}.${group}`, ...parts].join('/')
  // Server-side apply is allowed by patch, and where the object is new by create as well.
  const verbs = apply ? '"patch","create"' : `"${verb}"`
  return {
    verb,
    participle: apply ? 'applied' : (PARTICIPLES[verb] ?? verb),
    resource: qualified,
    namespace: namespace === undefined ? undefined : decodeURIComponent(namespace),
    object: `${qualified} ${[namespace, name]
      .filter((part) => part !== undefined)
      .map(decodeURIComponent)
      .join('/')}`.trim(),
    rbacRule: `- {apiGroups: ["${group}"], resources: ["${resource}"], verbs: [${verbs}]}`,
    apply,
  }
}

function verbOf({ method, query }: ApiRequest, named: boolean): string {
  switch (method) {
    case 'GET':
      if (query?.['watch'] !== undefined) return 'watch'
      return named ? 'get' : 'list'
    case 'POST':
      return 'create'
    case 'PATCH':
      return 'patch'
    case 'PUT':
      return 'update'
    case 'DELETE':
      return 'delete'
  }
}
