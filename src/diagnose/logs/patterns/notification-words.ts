// NOTIFICATIONs as BIRD and OpenBGPD write them: in words of their own, without the numbers.
//
//   peer0: Received: Bad peer AS: 64512                                       BIRD
//   neighbor 192.0.2.2: received notification: error in OPEN message, AS unacceptable   OpenBGPD

/** [code, subcode] by BIRD's words, in lower case */
const BIRD: Readonly<Record<string, readonly [number, number]>> = {
  'invalid message header': [1, 0],
  'connection not synchronized': [1, 1],
  'bad message length': [1, 2],
  'bad message type': [1, 3],
  'invalid open message': [2, 0],
  'unsupported version number': [2, 1],
  'bad peer as': [2, 2],
  'bad bgp identifier': [2, 3],
  'unsupported optional parameter': [2, 4],
  'authentication failure': [2, 5],
  'unacceptable hold time': [2, 6],
  'required capability missing': [2, 7],
  'no supported afi/safi': [2, 7],
  'role mismatch': [2, 11],
  'invalid update message': [3, 0],
  'malformed attribute list': [3, 1],
  'unrecognized well-known attribute': [3, 2],
  'missing mandatory attribute': [3, 3],
  'invalid attribute flags': [3, 4],
  'invalid attribute length': [3, 5],
  'invalid origin attribute': [3, 6],
  'as routing loop': [3, 7],
  'invalid next_hop attribute': [3, 8],
  'optional attribute error': [3, 9],
  'invalid network field': [3, 10],
  'malformed as_path': [3, 11],
  'hold timer expired': [4, 0],
  'finite state machine error': [5, 0],
  'unexpected message in opensent state': [5, 1],
  'unexpected message in openconfirm state': [5, 2],
  'unexpected message in established state': [5, 3],
  cease: [6, 0],
  'maximum number of prefixes reached': [6, 1],
  'administrative shutdown': [6, 2],
  'peer de-configured': [6, 3],
  'administrative reset': [6, 4],
  'connection rejected': [6, 5],
  'other configuration change': [6, 6],
  'connection collision resolution': [6, 7],
  'out of resources': [6, 8],
  'hard reset': [6, 9],
  'bfd session down': [6, 10],
  'invalid route-refresh message': [7, 1],
}

const OPENBGPD_CODES: readonly (readonly [words: string, code: number, subcodes: readonly string[]])[] = [
  ['header error', 1, ['none', 'synchronization error', 'wrong length', 'unknown message type']],
  [
    'error in open message',
    2,
    [
      ...['none', 'version mismatch', 'as unacceptable', 'bgpid invalid', 'optional parameter error'],
      ...['authentication error', 'unacceptable holdtime', 'unsupported capability', '', '', ''],
      'role mismatch',
    ],
  ],
  [
    'error in update message',
    3,
    [
      ...['none', 'attribute list error', 'unknown well-known attribute', 'well-known attribute missing'],
      ...['attribute flags error', 'attribute length wrong', 'origin unacceptable', 'loop detected'],
      ...['nexthop unacceptable', 'optional attribute error', 'network unacceptable'],
      'as-path unacceptable',
    ],
  ],
  ['holdtimer expired', 4, []],
  ['finite state machine error', 5, []],
  [
    'cease',
    6,
    [
      ...['none', 'received max-prefix exceeded', 'administratively down', 'peer unconfigured'],
      ...['administrative reset', 'connection rejected', 'other config change', 'collision'],
      ...['resource exhaustion', 'hard reset', 'bfd down'],
    ],
  ],
  ['error in route-refresh message', 7, ['none', 'invalid message length']],
  ['sendholdtimer expired', 8, []],
]

const BIRD_LINE = /^[\w.-]+: (?:Received|Error): ([\w/ -]+)/
const OPENBGPD_LINE = /(?:received|sending) notification: ([\w -]+?)(?:, ([\w -]+?))?(?:$| \||,)/

/** Undefined: neither of them wrote it, or words that are not theirs. */
export function notificationInWords(text: string): { code: number; subcode: number } | undefined {
  const bird = BIRD[(BIRD_LINE.exec(text)?.[1] ?? '').trim().toLowerCase()]
  if (bird !== undefined) return { code: bird[0], subcode: bird[1] }
  const [, words, more = ''] = OPENBGPD_LINE.exec(text) ?? []
  const [, code, subcodes = []] =
    OPENBGPD_CODES.find(([error]) => error === words?.trim().toLowerCase()) ?? []
  if (code === undefined) return undefined
  return { code, subcode: Math.max(0, subcodes.indexOf(more.trim().toLowerCase())) }
}
