// What was typed as ADDRESS[:PORT] behind `diagnose path` → addresses. A name has them of both families.
import { addressAndPort } from '../diagnose/path/collect-path.ts'
import { LbctlError } from '../errors/lbctl-error.ts'
import type { Ip } from '../net/ip.ts'
import { lookUp } from './endpoint-probes.ts'

export interface PathTargets {
  /** without the port; an address, too, is called what it was typed as */
  readonly name: string
  /** at least one, in the order of the resolver */
  readonly addresses: readonly Ip[]
  readonly port: number | undefined
}

export type LookUp = typeof lookUp

const LOOKUP_MS = 10_000

/** @throws LbctlError `usage` for what is neither an address nor a name that has one; `unreachable` without a name server */
export async function pathTargets(asked: string, look: LookUp = lookUp): Promise<PathTargets> {
  const literal = addressAndPort(asked)
  if (literal !== undefined) return { name: asked, addresses: [literal.address], port: literal.port }
  const [, name = asked, digits] = /^(.*?)(?::(\d+))?$/.exec(asked) ?? []
  refuseOthers(name)
  const port = digits === undefined ? undefined : Number(digits)
  if (port !== undefined && (port < 1 || port > 65_535))
    throw new LbctlError('usage', `Ports are 1 to 65535, and ${asked} has ${digits}.`)
  return { name, addresses: await lookedUp(name, look), port }
}

async function lookedUp(name: string, look: LookUp): Promise<readonly Ip[]> {
  let code: unknown = 'ENODATA'
  try {
    const found = await look(name, LOOKUP_MS)
    if (found.length > 0) return found
  } catch (error) {
    code = (error as NodeJS.ErrnoException).code
    if (typeof code !== 'string') throw error
  }
  const isLater = code === 'EAI_AGAIN' || code === 'timeout'
  throw new LbctlError(
    isLater ? 'unreachable' : 'usage',
    isLater
      ? `The host name ${name} could not be looked up: no name server answered (${code}).`
      : `The host name ${name} has no address (${String(code)}).`,
    { hints: ['lbctl diagnose path takes an address just as well, with its port or without.'] },
  )
}

function refuseOthers(name: string): void {
  const [namespace = '', service] = name.split('/')
  if (service !== undefined)
    throw /^\d+$/.test(service) && /[.:]/.test(namespace)
      ? new LbctlError('usage', `${name} is a range; this command takes one address.`)
      : new LbctlError('usage', `${name} looks like a Service; this command takes the address itself.`, {
          hints: [
            `The address of the Service: kubectl get service -n ${namespace} ${service} -o jsonpath='{.status.loadBalancer.ingress[*].ip}'`,
          ],
        })
  if (!/^[a-z0-9]([a-z0-9._-]*[a-z0-9])?\.?$/i.test(name) || /^[\d.]+$/.test(name))
    throw new LbctlError('usage', `"${name}" is neither an address nor the name of a host.`)
}
