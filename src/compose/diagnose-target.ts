// What was typed as ADDRESS → addresses. A host name may have several.
import { LbctlError } from '../errors/lbctl-error.ts'
import { type Ip, type IpFamily, parseIp } from '../net/ip.ts'

export interface Target {
  readonly address: Ip
  /** `fe80::1%eth0` */
  readonly zone: string | undefined
}

const PROTOCOLS = { 4: 'ARP', 6: 'neighbour discovery' } as const
const COMMANDS = { 4: 'arp', 6: 'ndp' } as const

/** @throws LbctlError */
export async function resolveTargets(asked: string, family: IpFamily): Promise<Target[]> {
  if (asked.includes('/')) throw noService(asked)
  const [text = '', zone] = asked.split('%')
  const address = parseIp(text)
  if (address !== undefined) {
    if (address.family !== family) throw wrongFamily(asked, family)
    checkAskable(address, asked)
    return [{ address, zone }]
  }
  if (!/^[a-z0-9]([a-z0-9._-]*[a-z0-9])?\.?$/i.test(asked) || /^[\d.]+$/.test(asked))
    throw new LbctlError('usage', `"${asked}" is neither an address nor the name of a host.`)
  const found = await lookedUp(asked, family)
  return found.map((each) => ({ address: each, zone: undefined }))
}

async function lookedUp(name: string, family: IpFamily): Promise<Ip[]> {
  try {
    const { lookup } = await import('node:dns/promises')
    const answers = await lookup(name, { all: true, family })
    return [...new Set(answers.map(({ address }) => address))].flatMap((text) => parseIp(text) ?? [])
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error'
    throw new LbctlError(
      code === 'EAI_AGAIN' ? 'unreachable' : 'usage',
      `The host name ${name} has no IPv${family} address (${code}).`,
      { hints: [`lbctl diagnose ${COMMANDS[family]} takes an IPv${family} address just as well.`] },
    )
  }
}

function noService(asked: string): LbctlError {
  const [namespace = '', name = ''] = asked.split('/')
  if (/^\d+$/.test(name) && parseIp(namespace) !== undefined)
    return new LbctlError('usage', `${asked} is a range; this command takes one address.`)
  return new LbctlError('usage', `${asked} looks like a Service; this command takes the address itself.`, {
    hints: [
      `The address of the Service: kubectl get service -n ${namespace} ${name} -o jsonpath='{.status.loadBalancer.ingress[*].ip}'`,
    ],
  })
}

function wrongFamily(asked: string, family: IpFamily): LbctlError {
  const other = family === 4 ? 6 : 4
  return new LbctlError(
    'usage',
    `${asked} is an IPv${other} address, and ${PROTOCOLS[family]} is for IPv${family}.`,
    {
      hints: [`Try lbctl diagnose ${COMMANDS[other]} ${asked}`],
    },
  )
}

/** Addresses that nobody can own. */
function checkAskable({ family, value }: Ip, asked: string): void {
  const isGroup = family === 4 ? value >> 28n >= 14n : value >> 120n === 0xffn
  if (!isGroup && value !== 0n) return
  throw new LbctlError('usage', `${asked} is not the address of one host, so nobody can answer for it.`)
}
