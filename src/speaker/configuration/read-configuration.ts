// Objects as they were read, with places → configuration, or what is wrong and where.
import type { Diagnostic } from '../../config/diagnostic.ts'
import type { ReadObjects, SecretObject } from '../../config/objects/read-object.ts'
import type { ReadResult } from '../../config/objects/read-objects.ts'
import { ruleOf } from '../../config/rules/registry.ts'
import { child, scalarText } from '../../config/source/node.ts'
import { sortDiagnostics, validate } from '../../config/validate.ts'
import { decodeBase64 } from '../../net/base64.ts'
import { err } from '../../net/result.ts'
import { decodeUtf8 } from '../../wire/utf8.ts'
import type { ConfigurationFact } from '../facts/facts.ts'
import { compileConfiguration } from './compile.ts'
import type { JudgingNode } from './configuration.ts'
import { partOfNode } from './node-part.ts'
import type { SecretPassword } from './resources.ts'

/**
 * As MetalLB does, refuses the whole configuration for one error in it: half of it would move addresses that the other half was
 * written for. Services are left out of the rules, since what is wrong with one is no reason to stop the others.
 *
 * @param node judges by what is for it alone; undefined: everything counts, as for MetalLB before 0.16, and for whoever judges for
 * all nodes
 */
export function readConfiguration(read: ReadResult, node?: JudgingNode): ConfigurationFact {
  const { objects } = read
  const part = node === undefined ? read : partOfNode(read, node)
  const rules = validate({ ...part.objects, services: [] }, { oneNode: node !== undefined })
  const problems = [...part.diagnostics, ...rules].filter(isFatal)
  if (problems.length > 0) return err(sortDiagnostics(problems))
  const resources = { ...objects, password: (secret: SecretPassword) => passwordIn(secret, objects) }
  return compileConfiguration(resources, node === undefined ? undefined : { node, part: part.objects })
}

/** What the API server or MetalLB would refuse, and texts that nobody can read; what only lbctl objects to is for `validate`. */
const isFatal = ({ code, severity }: Diagnostic): boolean =>
  severity === 'error' && (ruleOf(code).source !== 'lbctl' || code === 'V023')

/** Files often name no namespace at all, and then there is but one. */
function passwordIn({ name, namespace }: SecretPassword, objects: ReadObjects): string | undefined {
  const fits = (secret: SecretObject) =>
    secret.name === name &&
    (namespace === undefined || secret.namespace === undefined || secret.namespace === namespace)
  const node = objects.secrets.find(fits)?.node
  const plain = scalarText(child(child(node, 'stringData'), 'password'))
  if (plain !== undefined) return plain
  const encoded = scalarText(child(child(node, 'data'), 'password'))
  const bytes = encoded === undefined ? undefined : decodeBase64(encoded)
  return bytes === undefined ? undefined : decodeUtf8(bytes)
}
