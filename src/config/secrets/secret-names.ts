// What a secret is called: names of fields, variables, flags and headers.

/** Short ones stand in other words, too (bypass), and by themselves (`tests pass: 5`): only `DB_PASS`, `--pass`, `PASS=`. */
export const SHORT_WORDS = 'pass|pwd|creds?|jwt|auth|psk|md5'
const KEYS = [
  ...[
    'api',
    'access',
    'private',
    'signing',
    'session',
    'encryption',
    'auth',
    'authentication',
    'master',
    'ssh',
  ],
  ...[
    'pre[-_. ]?shared',
    'shared',
    'deploy',
    'account',
    'license',
    'hmac',
    'md5',
    'crypto',
    'client',
    'server',
  ],
].join('|')
const WORDS = [
  ...[
    'password',
    'passwd',
    'passphrase',
    'passcode',
    'secret',
    'token',
    'credential',
    'kubeconfig',
    'peerpass',
  ],
  ...['authorization', 'cookie', 'key[-_.]?string', 'client[-_.]?key[-_.]?data'],
  `(?:${KEYS})[-_. ]?key(?![a-z])`,
  `[-_.](?:${SHORT_WORDS})(?![a-z0-9])`,
  // `*_KEY` of an environment; topologyKey and sort-key are none.
  '_key(?![a-z0-9_.-])',
].join('|')
const SECRET_WORD = new RegExp(`${WORDS}|^(?:${SHORT_WORDS})$`, 'i')

/** Says where a secret is, or what it is called: `secretName`, `METALLB_ML_SECRET_KEY_PATH`, `tokenFile`, `AUTH_URL`. */
const REFERENCE =
  /(?:name|namespace|ref|path|file|dir|mount|type|class|policy|ttl|seconds|id|ur[il]|mode|method|host|port|provider|user|version|timeout|enabled|required|length|status|errors?|password[-_]?secret|public[-_]?key|pub[-_]?key)s?$/i

/** Whether the value of a field, variable or flag of this name is one that nobody else may see. */
export const isSecretName = (name: string): boolean => SECRET_WORD.test(name) && !REFERENCE.test(name)

/** The bounds keep the time in proportion to the length of a text, however long its words are. */
export const NAME = String.raw`[\w.-]{0,40}(?:${WORDS})[\w.-]{0,40}`
/** In front of `=` and in JSON a short word is a name by itself, too. */
export const ANY_NAME = String.raw`(?:${NAME}|(?<![\w.-])(?:${SHORT_WORDS})(?![\w.-]))`
