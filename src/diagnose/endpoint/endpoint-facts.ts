// What `lbctl explain ADDRESS:PORT` looks at, as plain JSON. Nothing here is a judgement.
import type { IpFamily } from '../../net/ip.ts'
import type { RouteDiagnosisFacts } from '../route/route-facts.ts'

export const ENDPOINT_FACTS_FORMAT = 'lbctl/endpoint-facts/1'

export interface EndpointFacts {
  readonly format: typeof ENDPOINT_FACTS_FORMAT
  /** as it was typed, without a user name and password */
  readonly asked: string
  readonly host: string
  readonly port: number
  readonly hostName: string
  /** as Node names it: `linux`, `darwin`, `win32` */
  readonly platform: string
  readonly name: NameFacts
  /** why routes, neighbours and ICMP could not be read, as a whole sentence; undefined: they were */
  readonly kernelNotRead: string | undefined
  /** interfaces that only a node of a cluster has: `cni0`, `kube-ipvs0` */
  readonly nodeInterfaces: readonly string[]
  /** in the order of the resolver, up to the one that could be reached */
  readonly attempts: readonly EndpointAttempt[]
  /** addresses that were not tried any more */
  readonly untried: readonly string[]
  /** undefined: nothing was asked for (--http), or nothing could be connected to */
  readonly http: HttpFacts | undefined
}

export type NameFacts =
  /** it was an address */
  | { readonly result: 'literal' }
  | { readonly result: 'found'; readonly addresses: readonly string[]; readonly elapsedMs: number }
  /** getaddrinfo(3): `ENOTFOUND`, `EAI_AGAIN`; `timeout`: no answer within the time */
  | { readonly result: 'failed'; readonly code: string; readonly elapsedMs: number }

/** One of both is there. */
export interface EndpointAttempt {
  readonly address: string
  readonly family: IpFamily
  /** with the kernel's tables and the error queue of the socket */
  readonly route: RouteDiagnosisFacts | undefined
  /** what an ordinary program gets to hear */
  readonly plain: PlainReach | undefined
}

export interface PlainReach {
  readonly result: 'connected' | 'failed' | 'silent'
  readonly code: string | undefined
  readonly elapsedMs: number
}

/** What came of one HEAD request, with TLS or without. */
export type HttpFacts =
  | {
      readonly result: 'answered'
      readonly url: string
      readonly status: number
      /** header Server, cut to what fits a line */
      readonly server: string | undefined
      readonly certificate: CertificateFacts | undefined
    }
  | { readonly result: 'failed'; readonly url: string; readonly code: string; readonly tls: boolean }
  | { readonly result: 'silent'; readonly url: string; readonly tls: boolean; readonly elapsedMs: number }

export interface CertificateFacts {
  readonly subject: string
  readonly issuer: string
  /** as the certificate has it */
  readonly validTo: string
  /** why it is not trusted here: `SELF_SIGNED_CERT_IN_CHAIN`; undefined: it is */
  readonly untrusted: string | undefined
}

export const resultOf = ({ route, plain }: EndpointAttempt): PlainReach => {
  const reach = route?.reach ?? plain
  return reach === undefined
    ? { result: 'failed', code: undefined, elapsedMs: 0 }
    : { result: reach.result, code: reach.code, elapsedMs: reach.elapsedMs }
}

/** The one that the verdict is about: that which was reached, else the first. */
export const decisive = ({ attempts }: EndpointFacts): EndpointAttempt | undefined =>
  attempts.find((attempt) => resultOf(attempt).result === 'connected') ?? attempts[0]
