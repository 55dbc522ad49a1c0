// The text of a kubeconfig file: JSON is YAML, and every client reads it.

export function kubeconfigText(of: {
  url: string
  user: string
  token: string
  ca: string | undefined
  serverName: string | undefined
}): string {
  const trust =
    of.ca === undefined
      ? // Without TLS some clients want this said. kubectl sends no token then.
        { 'insecure-skip-tls-verify': true }
      : {
          'certificate-authority-data': Buffer.from(of.ca).toString('base64'),
          ...(of.serverName === undefined ? {} : { 'tls-server-name': of.serverName }),
        }
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'lab',
    clusters: [{ name: 'lab', cluster: { server: of.url, ...trust } }],
    users: [{ name: of.user, user: { token: of.token } }],
    contexts: [{ name: 'lab', context: { cluster: 'lab', user: of.user, namespace: 'default' } }],
  }
  return `${JSON.stringify(config, null, 2)}\n`
}
