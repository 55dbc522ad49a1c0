// The end of a connection, which tells whether the kernel of the peer takes what comes from us. Where it drops what could have
// come from further away than one hop (GTSM, RFC 5082), the connection is made and the peer's OPEN arrives, but nothing that
// follows from us does: not even the FIN is acknowledged, until it is sent again with a TTL of 255.
import type { Clock } from '../../collect/question.ts'
import type { AttemptFacts, ConversationFacts } from '../bgp-facts.ts'
import type { TcpConnection } from '../ports.ts'

type Taken = Pick<AttemptFacts, 'acknowledged' | 'acknowledgedWithFullTtl'>

const UNKNOWN: Taken = { acknowledged: undefined, acknowledgedWithFullTtl: undefined }
/** An answer of the kernel takes a round trip; the FIN is sent again after 200 ms and after 600 ms. */
const PATIENCE_MS = 700
/** The next one comes after 1,400 ms. */
const SECOND_PATIENCE_MS = 2500
const FULL_TTL = 255

export async function sayFarewell(
  connection: TcpConnection,
  { end }: ConversationFacts,
  clock: Clock,
): Promise<Taken> {
  try {
    if (end.how !== 'we') return UNKNOWN
    connection.finish()
    const acknowledged = await isTaken(connection, clock, PATIENCE_MS)
    if (acknowledged !== false) return { ...UNKNOWN, acknowledged }
    connection.setTtl(FULL_TTL)
    return { acknowledged, acknowledgedWithFullTtl: await isTaken(connection, clock, SECOND_PATIENCE_MS) }
  } finally {
    connection.close()
  }
}

async function isTaken(connection: TcpConnection, clock: Clock, ms: number): Promise<boolean | undefined> {
  const deadline = clock.nowMs() + ms
  for (;;) {
    const progress = connection.progress()
    if (progress === 'unknown') return undefined
    // Gone: the peer has answered our end with its own, so it has got it.
    if (progress === 'gone') return true
    const { unacknowledged, state } = progress
    if (unacknowledged === 0 && state !== 'fin-wait-1' && state !== 'established') return true
    if (clock.nowMs() >= deadline) return false
    await clock.sleep(10)
  }
}
