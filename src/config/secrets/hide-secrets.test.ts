// What is secret is blotted out wherever it stands in a text; what only speaks about a secret stays.
import { expect, it } from 'vitest'
import { hideSecrets } from './hide-secrets.ts'
import { TEXT_PLACES } from './testing/secret-texts.ts'

it.each([
  'MountVolume.SetUp failed for volume "memberlist" : secret "memberlist" not found',
  'secretName: memberlist',
  'METALLB_ML_SECRET_KEY_PATH=/etc/ml_secret_key',
  'announcing from node "node-a" with protocol "layer2"',
  '--secret-namespace=metallb-system',
  'https://192.0.2.1:6443, from host a@b',
  ...[
    'BGP password mismatch with 192.0.2.1',
    'password mismatch',
    'no password set',
    'no password set for peer 192.0.2.1',
    'the password is not set',
    'passwordSecret: name',
    'passwordSecret: {name: tor-password}',
    '{"passwordSecret":{"name":"tor"}}',
    'wrong password from 192.0.2.1',
    'password authentication failed for 192.0.2.1',
    'the password of the peer is missing',
    'password required',
    'Bad password',
    'neighbor 192.0.2.1 password mismatch',
    'password and passwordSecret are both set',
    "Access denied for user 'x'@'y' (using password: YES)",
    'invalid password: must be shorter than 80 characters',
    'failed to get secret: not found',
    'Secret metallb-system/memberlist is missing',
    'the secret is not found',
    'secrets "memberlist" is forbidden: User "system:serviceaccount:metallb-system:controller" cannot get resource "secrets"',
    'Secret "tor-password-1" of type Opaque',
    'token expired',
    'the token has expired',
    'invalid bearer token',
    'token review failed',
    'basic authentication, Basic Authentication, kubernetes.io/basic-auth',
    'bearer authentication is used',
    'topologyKey: kubernetes.io/hostname',
    'key: node-role.kubernetes.io/control-plane',
    'docker run -p 8080:80 -u 1000:1000 x',
    'ssh -p 2222 root@192.0.2.1',
    'speaker -port=7472 -pprof=:6060',
    'ss -plant',
    'tcpdump -pni eth0',
    'PWD=/root HOME=/root',
    '--anonymous-auth=false',
    'MD5 signature mismatch from 192.0.2.1',
    '%TCP-6-BADAUTH: Invalid MD5 digest from 192.0.2.1(179) to 192.0.2.2(179)',
    'tcp_parse_md5sig failed',
    'No MD5 digest from 192.0.2.1',
    'level=error msg="password mismatch" peer=192.0.2.1',
    '{"level":"error","msg":"no password set","peer":"192.0.2.1:179"}',
    'public_key: AAAA',
    'the cookie is missing',
    'author: me',
    'authority: x',
    'authoritative=true',
    'hasPassword: true',
    'neighbor 192.0.2.1 remote-as 64512',
    'the keys match',
    'unauthorized: no credentials provided',
  ],
  'checks pass: 5, bypass=true, compass: north, DB_PASS_FILE=/run/x',
])('leaves %s', (text) => {
  expect(hideSecrets(text)).toBe(text)
})

it.each([
  ['password: "hunter2 and more"\nnext: 1', 'password: (hidden)\nnext: 1'],
  ['a: 1\npassword: |\n  hunter2\n  more\nb: 2', 'a: 1\npassword: (hidden)\nb: 2'],
  ['level=info password=hunter2 peer=192.0.2.1', 'level=info password=(hidden) peer=192.0.2.1'],
  ['{"a":1,"bgpPassword":"hun\\"ter2","b":2}', '{"a":1,"bgpPassword":"(hidden)","b":2}'],
  ['run --api-key hunter2 --verbose', 'run --api-key (hidden) --verbose'],
  ['DB_PASS=hunter2 MYSQL_PWD=hunter2 GIT_CREDS=x', 'DB_PASS=(hidden) MYSQL_PWD=(hidden) GIT_CREDS=(hidden)'],
  ['run --pass=hunter2 --smtp-pass hunter2 -v', 'run --pass=(hidden) --smtp-pass (hidden) -v'],
  ['get https://joe:hunter2@example.com/x', 'get https://(hidden)@example.com/x'],
  [' neighbor 192.0.2.1 password hunter2\n', ' neighbor 192.0.2.1 password (hidden)\n'],
])('blots out the secret in %j, and nothing else', (text, clean) => {
  expect(hideSecrets(text)).toBe(clean)
})

const S = 'hunter2Xyz'
it.each([
  ...[
    `using password ${S}`,
    `connected with the password ${S}, twice`,
    `password is ${S}`,
    `the password for tor is ${S}`,
  ],
  ...[
    `password "${S} more"`,
    `password '${S}'`,
    `password was ${S}`,
    `changed the password to ${S}`,
    `passphrase ${S}`,
  ],
  ...[
    `log in: user admin password ${S}`,
    `token ${S}9876`,
    `the token is "${S}"`,
    `secret is ${S}`,
    `api key ${S}`,
  ],
  ...[
    `mysql -u root -p${S} db`,
    `mysqldump -p ${S}`,
    `sshpass -p ${S} ssh x`,
    `x -p${S}`,
    `run --password ${S}`,
  ],
  ...[
    `run --password=${S}`,
    `run --password="${S} x"`,
    `curl -u admin:${S} http://x`,
    `curl --user 'admin:${S}' x`,
    `curl -uadmin:${S}`,
  ],
  ...[
    `curl --user=admin:${S}`,
    `https://admin:${S}@x/y`,
    `redis://:${S}@x`,
    `curl -H "Authorization: Token ${S}" x`,
  ],
  ...[
    `md5: ${S}`,
    `md5=${S}`,
    `PASS=${S}`,
    `SSH_KEY=${S}`,
    `MY_KEY=${S}`,
    `AUTH=${S}`,
    `BASIC_AUTH=${S}`,
    `TOKEN=${S}`,
    `env: TOKEN: ${S}`,
  ],
  ...[
    `GITHUB_TOKEN=${S}`,
    `bgp_peerpass=${S}`,
    `bgp_peers: 192.0.2.1:65000:${S}:false`,
    `PresharedKey = ${S}`,
    `PrivateKey = ${S}=`,
  ],
  ...[`Authorization: Basic ${btoa(S)}`, `authorization: ${S}`, `basic ${btoa(`x:${S}`)}`, `Bearer ${S}`],
  ...[
    `Cookie: a=${S}; b=1`,
    `Set-Cookie: s=${S}; Path=/`,
    `X-Api-Key: ${S}`,
    `X-Auth-Token: ${S}`,
    `X-Vault-Token: ${S}`,
  ],
  ...[
    `PHPSESSID=${S}`,
    `{"auths":{"r":{"auth":"${S}"}}}`,
    `{"password": ["${S}"]}`,
    `{"passcode":"${S}","peer":"x"}`,
  ],
  ...[
    `neighbor 192.0.2.1 password ${S}`,
    `neighbor 192.0.2.1 password 7 ${S}`,
    `neighbor PG password "${S} x"`,
  ],
  ...[`cannot apply: neighbor 192.0.2.1 password ${S} in line 3`, `bgpd: line 7: password ${S} is too long`],
  ...[
    `protocol bgp { password "${S}"; }`,
    `auth-password = "${S}"`,
    `auth-password: ${S}`,
    `gobgp neighbor add 192.0.2.1 as 1 auth-password ${S}`,
  ],
  ...[
    `md5-password '${S}';`,
    `md5-password ${S};`,
    `neighbor 192.0.2.1 { md5-password "${S}"; hold-time 9; }`,
  ],
  ...[`authentication-key "$9$${S}"; ## SECRET-DATA`, `set protocols bgp group g authentication-key ${S}`],
  ...[`encrypted-password "$6$${S}"`, `plaintext-password '${S}'`, `pre-shared-key ascii-text "${S}"`],
  ...[
    `username admin privilege 15 secret sha512 $6$${S}`,
    `enable secret 5 $1$${S}`,
    `set protocols bgp neighbor x password '${S}'`,
  ],
  ...[
    `ip ospf message-digest-key 1 md5 7 ${S}`,
    `ip ospf authentication-key ${S}`,
    `key-string 7 ${S}`,
    `tcp md5sig password ${S}`,
  ],
  ...[
    `snmp-server community ${S} ro`,
    `tcp-md5-key=${S}`,
    `area-password clear ${S}`,
    `isis password md5 ${S}`,
  ],
])('lets nothing through of %s', (text) => {
  for (const each of TEXT_PLACES.map((put) => put(text))) {
    const clean = hideSecrets(each)
    for (const part of ['hunter', '2Xyz', btoa(S).slice(0, 8)]) expect(clean, each).not.toContain(part)
    expect(clean).toContain('(hidden)')
    expect(hideSecrets(clean), 'twice').toBe(clean)
  }
})

it.each([
  ...[
    'ghp_abcdefghij0123456789abcdefghij012345',
    'github_pat_11ABCDEFG0abcdefghij_klmnopqrstuvwxyz',
    'glpat-AbCdEfGhIjKlMnOpQrSt',
  ],
  ...['xoxb-123456789012-abcdefghijkl', 'xoxp-1-2-3-abcdef', 'AKIAIOSFODNN7EXAMPLE', 'ASIAIOSFODNN7EXAMPLE'],
  ...['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abcdefghijk', 'hvs.CAESIabcdefghijklmnopqrstuv'],
])('knows %s wherever it stands', (token) => {
  for (const text of [token, `got ${token}.`, `{"x":"${token}"}`, `/path/${token}`, `a=${token}&b`])
    expect(hideSecrets(text)).not.toContain(token.slice(-8))
})

const KEY_LINES = ['MIIEpAIBAAKCAQEAxZq9Kw7abcdefgh', 'QmFzZTY0YmFzZTY0YmFzZTY0YmFzZTY0==']
it.each([
  ['whole', ['-----BEGIN RSA PRIVATE KEY-----', ...KEY_LINES, '-----END RSA PRIVATE KEY-----']],
  ['of PGP', ['-----BEGIN PGP PRIVATE KEY BLOCK-----', ...KEY_LINES, '-----END PGP PRIVATE KEY BLOCK-----']],
  ['without its end', ['-----BEGIN OPENSSH PRIVATE KEY-----', ...KEY_LINES]],
  ['without its beginning', [...KEY_LINES, '-----END PRIVATE KEY-----']],
])('hides a private key %s, and no line beside it', (_, lines) => {
  for (const [prefix, end] of [
    ['', '\n'],
    ['2026-01-01T00:00:00Z ', '\n'],
    ['', '\r\n'],
  ] as const) {
    const text = ['first line', ...lines, 'last line'].map((line) => `${prefix}${line}`).join(end)
    const clean = hideSecrets(text)
    for (const line of KEY_LINES) expect(clean).not.toContain(line.slice(0, 16))
    expect(clean).toContain('first line')
    expect(clean).toContain('last line')
  }
  expect(hideSecrets(JSON.stringify({ key: lines.join('\n'), peer: 'tor' }))).toContain('tor')
})

it('leaves what stands beside a secret in a line of JSON', () => {
  const line = '{"level":"error","error":"peer tor: wrong password: hunter2Xyz","peer":"192.0.2.1:179"}'
  expect(hideSecrets(line)).toBe(
    '{"level":"error","error":"peer tor: wrong password: (hidden)","peer":"192.0.2.1:179"}',
  )
})
