// Which rights of an installation a program used, as the API server saw it, and which were used by nobody.
import type { Right, Rights } from '../../src/install/rights.ts'
import type { AuditEvent } from '../../src/lab/apiserver/auth/audit.ts'

/** As one line of a list: `namespace metallb.io/ipaddresspools/status patch`. */
export type RightText = string

export class RightsLedger {
  readonly #account: string
  readonly #namespace: string
  readonly #events = new Map<string, AuditEvent>()

  constructor(account: string, namespace: string) {
    this.#account = account
    this.#namespace = namespace
  }

  /** For the server, bound. */
  readonly note = (event: AuditEvent): void => {
    if (event.user === this.#account) this.#events.set(JSON.stringify([event.asked, event.allowed]), event)
  }

  /** What was asked for and refused; paths as discovery asks for them are for everybody. */
  refused(): readonly string[] {
    return [...this.#events.values()]
      .filter(({ allowed }) => !allowed)
      .map(({ asked }) => `${asked.verb} ${asked.group}/${asked.resource}/${asked.subresource} ${asked.name}`)
  }

  unused(...rights: readonly Rights[]): readonly RightText[] {
    const of = (scope: keyof Rights) =>
      rights
        .flatMap((each) => each[scope])
        .flatMap((right) => this.#unusedOf(right, scope))
        .map((text) => `${scope} ${text}`)
    return [...of('cluster'), ...of('namespace')]
  }

  #unusedOf(right: Right, scope: keyof Rights): readonly string[] {
    return right.resources.flatMap((resource) =>
      Object.keys(right.verbs)
        .filter(
          (verb) =>
            ![...this.#events.values()].some((event) => this.#uses(event, right, resource, verb, scope)),
        )
        .map((verb) => `${right.group}/${resource} ${verb}`),
    )
  }

  #uses(
    { asked, allowed }: AuditEvent,
    { group, names }: Right,
    resource: string,
    verb: string,
    scope: keyof Rights,
  ): boolean {
    const word = asked.subresource === '' ? asked.resource : `${asked.resource}/${asked.subresource}`
    return (
      allowed &&
      asked.verb === verb &&
      (asked.group ?? '') === group &&
      word === resource &&
      (names === undefined || names.includes(asked.name ?? '')) &&
      (scope === 'cluster' || asked.namespace === this.#namespace)
    )
  }
}
