// Texts as people, programs and routers write secrets into them, for tests: `§` stands for the secret.

export const SECRET_TEXTS: readonly string[] = [
  ...[
    'using password §',
    'the password is §',
    'password "§"',
    "password '§'",
    'changed the password to §',
    'the password for tor is §',
  ],
  ...[
    'run --password §',
    'run --password=§',
    'mysql -u root -p§ db',
    'sshpass -p § ssh x',
    'curl -u admin:§ x',
    'curl --user=admin:§ x',
  ],
  ...[
    'get https://admin:§@example.com/x',
    'curl -H "X-Api-Key: §" x',
    'curl -H "Cookie: a=§" x',
    'Authorization: Digest §',
  ],
  ...[
    'md5: §',
    'PASS=§',
    'MY_KEY=§',
    'AUTH=§',
    'SSH_KEY=§',
    'TOKEN=§',
    'bgp_peers=192.0.2.1:65000:§:false',
    'PresharedKey = §',
  ],
  ...['Authorization: Bearer §', 'Set-Cookie: session=§; Path=/', '{"auths":{"x":{"auth":"§"}}}'],
  ...[
    'line 7: neighbor 192.0.2.1 password 7 § refused',
    'neighbor 192.0.2.1 password §',
    'protocol bgp { password "§"; }',
  ],
  ...[
    'auth-password = "§"',
    "md5-password '§';",
    'authentication-key "$9$§"; ## SECRET-DATA',
    'set bgp group g authentication-key §',
  ],
  ...[
    'username admin privilege 15 secret sha512 $6$§',
    'enable secret 5 $1$§',
    "set bgp neighbor 192.0.2.1 password '§'",
  ],
  ...[
    'encrypted-password "§"',
    'ip ospf message-digest-key 1 md5 7 §',
    'key-string 7 §',
    'tcp md5sig password §',
    'snmp-server community § ro',
  ],
  ...[
    'ghp_0123456789§',
    'github_pat_0123456789§',
    'glpat-0123456789§',
    'xoxb-0123456789§',
    'eyJhbGciOiJI.eyJzdWIiOiIx.§',
  ],
]

/** Where such a text stands. */
export const TEXT_PLACES: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => `level=error msg=x ${text}`,
  (text) => `level=error msg=${JSON.stringify(`it failed: ${text}`)} peer=192.0.2.1`,
  (text) => JSON.stringify({ level: 'error', msg: `line 1\n ${text}\nline 3`, peer: '192.0.2.1' }),
  (text) => JSON.stringify({ level: 'error', config: JSON.stringify({ raw: text }) }),
  (text) => `E0101 00:00:00.000000       1 x.go:1] ${text}`,
  (text) => `2026/01/01 00:00:00 BGP: ${text}`,
]

export const planted = (text: string, secret: string): string => text.replaceAll('§', secret)
