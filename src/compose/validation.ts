// `lbctl validate` put together: files and cluster → sources → objects → rules.
import type { Diagnostic } from '../config/diagnostic.ts'
import { readObjects } from '../config/objects/read-objects.ts'
import type { ValidateOptions } from '../config/rules/context.ts'
import { parseRelease } from '../config/schema/release.ts'
import { parseYaml } from '../config/source/parse.ts'
import { sortDiagnostics, validate } from '../config/validate.ts'
import { EXIT, type ExitCode } from '../errors/exit-codes.ts'
import { LbctlError } from '../errors/lbctl-error.ts'
import { type Ip, parseIp } from '../net/ip.ts'
import { type Prefix, parsePrefix } from '../net/prefix.ts'
import { readConfiguration } from './configuration-input.ts'
import { nothingIn } from './nothing-in.ts'

export interface ValidationRequest {
  readonly files: readonly string[]
  readonly mode?: ValidateOptions['mode']
  readonly 'target-version'?: string | undefined
  readonly strict: boolean
  readonly 'max-prefixes'?: number | undefined
  readonly gateway?: readonly string[] | undefined
  readonly 'service-cidr'?: readonly string[] | undefined
  readonly 'pod-cidr'?: readonly string[] | undefined
  readonly namespace?: string | undefined
  readonly 'from-cluster': boolean
  readonly kubeconfig?: string | undefined
  readonly context?: string | undefined
}

export interface Validation {
  readonly diagnostics: readonly Diagnostic[]
  /** names of everything that was read */
  readonly files: readonly string[]
  readonly documents: number
  /** a text could not be read, so nothing was checked across objects */
  readonly incomplete: boolean
  readonly exitCode: ExitCode
}

/** @throws LbctlError for what cannot be read at all, and for values of flags that mean nothing */
export async function runValidation(request: ValidationRequest, signal: AbortSignal): Promise<Validation> {
  const options = optionsOf(request)
  const { sources, diagnostics: unreadable } = await readConfiguration(request, signal)
  const parsed = sources.map((source) => ({ source, ...parseYaml(source) }))
  const text = [
    ...unreadable,
    ...parsed.flatMap(({ source, documents, diagnostics }) =>
      documents.length === 0 && diagnostics.length === 0 ? [nothingIn(source)] : diagnostics,
    ),
  ]
  const documents = parsed.flatMap((one) => one.documents)
  const { objects, diagnostics: schema } = readObjects(documents)
  const incomplete = text.some((diagnostic) => diagnostic.severity === 'error')
  // What refers to an object in a text that cannot be read would look like a reference to nothing.
  const rules = incomplete ? [] : validate(objects, options)
  const diagnostics = sortDiagnostics([...text, ...schema, ...rules])
  return {
    diagnostics,
    files: [...new Set([...sources.map(({ name }) => name), ...unreadable.flatMap(fileOf)])],
    documents: documents.length,
    incomplete,
    exitCode: incomplete ? EXIT.usage : failed(diagnostics, request.strict) ? EXIT.findings : EXIT.ok,
  }
}

const failed = (diagnostics: readonly Diagnostic[], strict: boolean): boolean =>
  diagnostics.some(({ severity }) => severity === 'error' || (strict && severity === 'warning'))

const fileOf = ({ at }: Diagnostic): string[] => (at === undefined ? [] : [at.source.name])

function optionsOf(request: ValidationRequest): ValidateOptions {
  const version = request['target-version']
  const targetVersion = version === undefined ? undefined : parseRelease(version)
  if (version !== undefined && targetVersion === undefined)
    throw new LbctlError(
      'usage',
      `--target-version takes a MetalLB release such as 0.15.2, not "${version}".`,
    )
  return {
    mode: request.mode,
    targetVersion,
    maxPrefixes: request['max-prefixes'],
    namespace: request.namespace,
    gateways: request.gateway?.map((text) => parsed<Ip>('gateway', 'an IP address', text, parseIp)),
    serviceCidrs: request['service-cidr']?.map((text) =>
      parsed<Prefix>('service-cidr', 'a prefix', text, parsePrefix),
    ),
    podCidrs: request['pod-cidr']?.map((text) => parsed<Prefix>('pod-cidr', 'a prefix', text, parsePrefix)),
  }
}

function parsed<T>(flag: string, what: string, text: string, parse: (text: string) => T | undefined): T {
  const value = parse(text.trim())
  if (value !== undefined) return value
  throw new LbctlError('usage', `--${flag} takes ${what}, not "${text}".`)
}
