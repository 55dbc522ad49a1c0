import { notificationMeaning } from '../../../wire/bgp/notification-meaning.ts'
import { describeNotification } from '../../../wire/describe/describe-bgp-notification.ts'
import { type CheckOutcome, fail, pass, skip } from '../../finding.ts'
import type { Check } from '../../judge.ts'
import type { BgpFacts } from '../bgp-facts.ts'
import { notificationCause } from '../notification-cause.ts'
import { peerText, sessionText, subjectOf } from '../peer-text.ts'
import { newNeighbourFix } from '../remedies.ts'
import { transcriptOf } from '../transcript.ts'

export const notification: Check<BgpFacts> = {
  id: 'notification',
  title: 'the peer has no objection',
  evaluate: (facts): CheckOutcome => {
    const transcript = transcriptOf(facts)
    if (transcript === undefined) return skip('nothing was listened to')
    const { notification: message } = transcript
    // Who has not seen our OPEN has had nothing to object to, and who has said nothing did not agree.
    if (message === undefined)
      return transcript.conversation.handshake && transcript.peerOpen !== undefined
        ? pass('it sent no NOTIFICATION')
        : skip('it sent no NOTIFICATION, and was not asked')
    const known = notificationCause(message)
    if (known === undefined) return skip(`${message.code}/${message.subcode}: see above`)
    const meaning = notificationMeaning(message)
    const words =
      meaning.kind === 'shutdown' && meaning.text !== '' ? [`its operator says: ${meaning.text}`] : []
    return fail({
      ...subjectOf(facts),
      code: known.code,
      title: `${peerText(facts)} ${known.does}.`,
      severity: known.severity,
      confidence: known.confidence,
      evidence: [
        describeNotification(message),
        ...words,
        ...facts.sessions.map(
          (session) =>
            `this host has a connection to the peer: ${session.state} from ${sessionText(session)}`,
        ),
      ],
      cause: known.cause,
      fix: [
        { text: known.help, command: `lbctl explain ${message.code}/${message.subcode}` },
        ...(known.code === 'F36' && known.severity === 'error'
          ? [newNeighbourFix(facts, 'What the router needs:')]
          : []),
      ],
      candidates: known.candidates,
    })
  },
}
