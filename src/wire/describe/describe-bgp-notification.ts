// A NOTIFICATION in plain words: the name of the error, and what its data says.
import { formatIp } from '../../net/ip.ts'
import { attributeName } from '../bgp/attribute-table.ts'
import { familyName } from '../bgp/families.ts'
import { type NotificationContent, notificationName } from '../bgp/notification-codes.ts'
import { notificationMeaning } from '../bgp/notification-meaning.ts'
import { describeCapability } from './describe-bgp-open.ts'

/** `NOTIFICATION Cease, Administrative Shutdown (6/2): "maintenance until 14:00"` */
export const describeNotification = (content: NotificationContent): string =>
  `NOTIFICATION ${describeContent(content)}`

function describeContent(content: NotificationContent): string {
  const { code, subcode } = content
  const detail = describeData(content)
  return `${notificationName(code, subcode)} (${code}/${subcode})${detail === '' ? '' : `: ${detail}`}`
}

function describeData(content: NotificationContent): string {
  const meaning = notificationMeaning(content)
  switch (meaning.kind) {
    case 'nothing':
      return ''
    case 'bytes':
      return `${meaning.bytes.length} bytes`
    case 'length':
      return `a length of ${meaning.lengthBytes}`
    case 'message-type':
      return `a message of type ${meaning.type}`
    case 'version':
      return `only version ${meaning.version} is spoken`
    case 'asn':
      return `AS ${meaning.asn}`
    case 'router-id':
      return formatIp(meaning.id)
    case 'hold-time':
      return `${meaning.seconds} s`
    case 'parameter':
      return `optional parameter ${meaning.type}`
    case 'capabilities':
      return meaning.capabilities.map(describeCapability).join(', ')
    case 'attribute':
      return attributeName(meaning.type)
    case 'maximum-prefixes':
      return `more than ${meaning.maximum} of ${familyName(meaning.family)}`
    case 'shutdown':
      return meaning.text === '' ? '' : JSON.stringify(meaning.text)
    case 'hard-reset': {
      // One level: a hard reset inside a hard reset is nobody's message.
      const { code, subcode } = meaning.content
      return code === content.code && subcode === content.subcode
        ? notificationName(code, subcode)
        : describeContent(meaning.content)
    }
  }
}
