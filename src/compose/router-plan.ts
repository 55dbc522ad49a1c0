// Flags → the plans of the routers.
import type { ReadObjects } from '../config/objects/read-object.ts'
import { LbctlError } from '../errors/lbctl-error.ts'
import { type Ip, parseIp } from '../net/ip.ts'
import type { PlanOptions, PlanProblem } from '../router/plan/plan-options.ts'
import { readText } from './diagnose-nodes.ts'

export interface PlanRequest {
  readonly peer?: readonly string[] | undefined
  readonly 'router-asn'?: number | undefined
  readonly 'router-id'?: string | undefined
  readonly prefix?: string | undefined
  readonly 'ttl-security'?: number | undefined
  readonly 'advertise-default'?: boolean | undefined
  readonly 'password-file'?: readonly string[] | undefined
  readonly 'show-passwords'?: boolean | undefined
}

/** Names of filters in every vendor's syntax, with what is added to them. */
const PREFIX = /^[A-Za-z][A-Za-z0-9-]{0,19}$/

/** @throws LbctlError */
export function planOptions(request: PlanRequest, objects: ReadObjects): PlanOptions {
  const { prefix = 'metallb' } = request
  if (!PREFIX.test(prefix))
    throw new LbctlError(
      'usage',
      `--prefix takes a letter and up to 19 letters, digits and dashes, not "${prefix}".`,
    )
  return {
    peers: [...new Set(request.peer ?? [])],
    routerAsn: request['router-asn'],
    routerId: routerId(request['router-id']),
    ttlSecurityHops: request['ttl-security'],
    advertiseDefault: request['advertise-default'] === true,
    prefix,
    passwords: passwordsOf(request, objects),
  }
}

function routerId(text: string | undefined): Ip | undefined {
  if (text === undefined) return undefined
  const address = parseIp(text)
  // RFC 6286 §2.1: four bytes, and not zero.
  if (address?.family === 4 && address.value !== 0n) return address
  throw new LbctlError('usage', `--router-id takes an IPv4 address, not "${text}".`)
}

function passwordsOf(request: PlanRequest, { peers }: ReadObjects): ReadonlyMap<string, string> {
  const passwords = new Map<string, string>()
  if (request['show-passwords'] === true)
    for (const { name, spec } of peers)
      if (spec.password !== undefined && spec.password !== '')
        passwords.set(name, printable(name, spec.password))
  for (const words of request['password-file'] ?? []) {
    const [, peer, path] = /^(?:([a-z0-9.-]+)=)?(.+)$/s.exec(words) ?? []
    const names = peer === undefined ? peers.map(({ name }) => name) : [peer]
    if (peer !== undefined && !peers.some(({ name }) => name === peer))
      throw new LbctlError('usage', `--password-file names the BGPPeer "${peer}", which is not there.`)
    // Editors end a file with a line break, which no password has.
    const password = readText(path ?? '').replace(/\r?\n$/, '')
    for (const name of names) passwords.set(name, printable(name, password))
  }
  return passwords
}

/** TCP_MD5SIG takes 80 bytes; a control character would be another line of the configuration. */
function printable(peer: string, password: string): string {
  if (/^[\x20-\x7e]{1,80}$/.test(password)) return password
  throw new LbctlError(
    'input',
    `The password of BGPPeer "${peer}" cannot be written into a configuration: it is empty, longer than 80 characters, or holds others than printable ASCII.`,
  )
}

export const planFailure = ({ message, hints, code }: PlanProblem): LbctlError =>
  new LbctlError('input', message, { hints, ...(code === undefined ? {} : { docs: `rules/${code}` }) })
