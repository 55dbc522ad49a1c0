// Words that speak about a secret and are none: `password mismatch`, `no password set`, `token expired`. A diagnosis lives on them.

const ABOUT = new Set(
  [
    'a an the this that these those it its any all each both same other another one no not none never',
    'is was are were be been being has have had does did do can cannot could must may might should would will',
    "isn't wasn't doesn't didn't can't won't couldn't",
    'for of from in into on at by to with without and or but if when while than as which who whose between via per',
    'match matches matched mismatch mismatches mismatched differ differs different difference equal equals identical',
    'set unset missing required requires need needed needs empty absent present found unknown known blank',
    'wrong incorrect invalid valid bad correct rejected refused accepted denied allowed forbidden expired expires revoked',
    'change changes changed unchanged rotated rotation renewed configured configuration provided given supplied specified used using use',
    'too length long short strength policy policies protected protection based authentication auth authenticated authenticator authorization',
    'field fields file files hash hashes option options value values prompt reset update updates updated removed added deleted',
    'management error errors failure failures failed fails fail check checks checked verification verified',
    'enabled disabled support supported unsupported ignored stored read written longer shorter only also again still already yet',
    'peer peers neighbor neighbour session sessions router routers bgp tcp secret secrets reference references mechanism',
    'review reviews request requests controller volume projection audience unable could bound exists handling',
  ].flatMap((line) => line.split(' ')),
)
const NO_VALUE = /^(?:true|false|yes|no|null|none|nil|~|on|off|enabled|disabled)$/i

const bare = (word: string): string => word.replace(/^[("'[]+/, '').replace(/[\s.,;:!?)\]}"']+$/, '')

/** Whether a word that follows `password` goes on with the sentence. */
export const isPlainWord = (word: string): boolean => {
  const plain = bare(word)
  return plain === '' || plain.startsWith('…') || ABOUT.has(plain.toLowerCase())
}

/** Whether a value only says that there is a secret, or none: `true`, `none`. */
export const isNoValue = (value: string): boolean => NO_VALUE.test(bare(value))

/** Whether what stands behind `password:` in the middle of a sentence goes on with it: `invalid password: must be shorter`. */
export const isSentence = (value: string): boolean => {
  const [first = '', second] = value.split(/\s+/, 2)
  return isPlainWord(first) && (second !== undefined || first.length > 4)
}

/** Nothing that a person says or an object is called: letters and digits mixed, capitals inside, or signs. */
export const looksRandom = (word: string): boolean =>
  /[^\w./:-]/.test(bare(word)) || (/\d/.test(word) && /[a-z]/i.test(word)) || /[a-z][A-Z]|_/.test(word)
