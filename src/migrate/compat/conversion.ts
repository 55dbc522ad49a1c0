// What the parts of the conversion share: the namespace, what is said, and the names.
import type { Diagnostic } from '../../config/diagnostic.ts'
import type { KubeObject } from '../../config/kube-object.ts'
import type { Node } from '../../config/source/node.ts'
import { type Field, report } from '../legacy/readers.ts'
import type { Origin, Planned } from '../planned.ts'
import { sanitised } from './names.ts'

export class Conversion {
  readonly diagnostics: Diagnostic[]
  readonly #namespace: string

  constructor(namespace: string, diagnostics: Diagnostic[]) {
    this.#namespace = namespace
    this.diagnostics = diagnostics
  }

  planned(
    kind: string,
    name: string,
    spec: object,
    origins: Map<string, Origin>,
    more: object = { status: {} },
  ): Planned {
    const apiVersion = kind === 'BGPPeer' ? 'metallb.io/v1beta2' : 'metallb.io/v1beta1'
    return {
      object: {
        apiVersion,
        kind,
        metadata: { name, namespace: this.#namespace },
        spec,
        ...more,
      } as KubeObject,
      origins,
    }
  }

  /** As the converter makes it; a name that cannot be made is reported once, and empty. */
  name(kind: string, field: Field<string>): string {
    const name = sanitised(field.value)
    if (name.ok) return name.value
    const known = this.diagnostics.some((d) => d.at?.start === field.node.start && d.code === 'M017')
    if (!known)
      report(
        this,
        'M017',
        'error',
        field.node,
        `The ${kind} name "${field.value}" holds no letter, so no Kubernetes name can be made of it.`,
      )
    return ''
  }

  /** A key that the converter leaves out without a word. */
  dropped(path: string, node: Node): void {
    report(
      this,
      'M010',
      'warning',
      node,
      `"${path}" is left out without a word by MetalLB's converter.`,
      'Without --compat lbctl converts or refuses it.',
    )
  }
}

/** Go's omitempty. */
export function nonZero<K extends string, V extends string | number | boolean>(
  key: K,
  value: V | undefined,
): { [P in K]?: V } {
  return value ? ({ [key]: value } as { [P in K]?: V }) : {}
}
