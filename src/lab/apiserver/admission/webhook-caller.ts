// One HTTPS request to a webhook, its certificate checked against the caBundle of its configuration.
import { request } from 'node:https'
import { isObject, type JsonObject, objectAt, textAt } from '../json-value.ts'

/** Throws an Error whose message is what a real server says of the failure. */
export type WebhookCaller = (
  clientConfig: JsonObject,
  body: JsonObject,
  timeoutSeconds: number,
) => Promise<JsonObject>

/** Where a webhook that names a Service is found: the lab has no cluster network, so somebody has to know. */
export type ServiceAddress = (namespace: string, name: string, port: number) => string | undefined

export const webhookCaller =
  (serviceAddress: ServiceAddress): WebhookCaller =>
  (clientConfig, body, timeoutSeconds) => {
    const { url, serverName } = placeOf(clientConfig, serviceAddress)
    const shown = `${url}?timeout=${timeoutSeconds}s`
    return post(shown, serverName, textAt(clientConfig, 'caBundle'), JSON.stringify(body), timeoutSeconds)
  }

function placeOf(
  clientConfig: JsonObject,
  serviceAddress: ServiceAddress,
): { url: string; serverName: string | undefined } {
  const url = textAt(clientConfig, 'url')
  if (url !== '') return { url, serverName: undefined }
  const service = objectAt(clientConfig, 'service')
  const name = textAt(service, 'name')
  const namespace = textAt(service, 'namespace')
  const port = typeof service['port'] === 'number' ? service['port'] : 443
  const address = serviceAddress(namespace, name, port)
  const serverName = `${name}.${namespace}.svc`
  const path = textAt(service, 'path')
  if (address === undefined)
    throw new Error(
      `failed to call webhook: Post "https://${serverName}:${port}${path}": service "${name}" not found`,
    )
  return { url: `https://${address}${path}`, serverName }
}

function post(
  url: string,
  serverName: string | undefined,
  caBundle: string,
  body: string,
  timeoutSeconds: number,
): Promise<JsonObject> {
  const failed = (why: string) => new Error(`failed to call webhook: Post "${url}": ${why}`)
  return new Promise((resolve, reject) => {
    const call = request(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, */*',
        'content-length': Buffer.byteLength(body),
      },
      ...(caBundle === '' ? {} : { ca: Buffer.from(caBundle, 'base64') }),
      ...(serverName === undefined ? {} : { servername: serverName }),
      agent: false,
      signal: AbortSignal.timeout(timeoutSeconds * 1_000),
    })
    call.on('error', (error: NodeJS.ErrnoException) => reject(failed(errorWords(error, url))))
    call.on('response', (response) => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.on('error', (error: NodeJS.ErrnoException) => reject(failed(errorWords(error, url))))
      response.on('end', () => {
        const ok = response.statusCode === 200
        const value = ok ? parsed(Buffer.concat(parts).toString('utf8')) : undefined
        if (value !== undefined) resolve(value)
        else if (ok) reject(new Error('failed to call webhook: the answer is no AdmissionReview'))
        else
          reject(
            new Error(
              'failed to call webhook: an error on the server ("unknown") has prevented the request from succeeding',
            ),
          )
      })
    })
    call.end(body)
  })
}

function parsed(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

function errorWords(error: NodeJS.ErrnoException, url: string): string {
  const { hostname, port } = new URL(url)
  switch (error.code) {
    case 'ECONNREFUSED':
      return `dial tcp ${hostname}:${port}: connect: connection refused`
    case 'ABORT_ERR':
      return 'context deadline exceeded'
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
      return 'tls: failed to verify certificate: x509: certificate signed by unknown authority'
    default:
      return error.name === 'TimeoutError' ? 'context deadline exceeded' : (error.code ?? error.message)
  }
}
