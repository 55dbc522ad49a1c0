import { integer, option, string } from '@oclif/core/flags'
import { FAULT_NAMES } from '../lab/router/fault-names.ts'
import { outputFlags, repeatedString, withEnvironment } from './command-flags.ts'

const MAX_ASN = 4_294_967_295

export const routerRunFlags = withEnvironment({
  ...outputFlags(['text', 'json']),
  listen: repeatedString({
    description: 'where peers connect to, such as 0.0.0.0:1790 or [::]:1790; 127.0.0.1:1790 by default',
    helpValue: 'ADDRESS:PORT',
  }),
  asn: integer({ description: 'AS number of this router', default: 64512, min: 1, max: MAX_ASN }),
  'router-id': string({
    description: 'BGP identifier; the first address of --listen by default, or one of this host',
    helpValue: 'IP',
  }),
  'peer-asn': integer({
    description: 'AS number that peers must have; any by default',
    min: 1,
    max: MAX_ASN,
  }),
  neighbor: repeatedString({
    description: 'who may connect: an address or a prefix; anyone by default',
    helpValue: 'PREFIX',
  }),
  'password-file': string({
    description: 'ask for TCP MD5 signatures with the password in this file',
    helpValue: 'FILE',
  }),
  announce: repeatedString({ description: 'announce this prefix to every peer', helpValue: 'PREFIX' }),
  'max-prefix': integer({
    description: 'end a session that brings more prefixes of one family than this',
    min: 1,
    helpValue: 'COUNT',
  }),
  'max-paths': integer({
    description: 'equal-cost paths to one prefix that are used at once',
    default: 64,
    min: 1,
    helpValue: 'COUNT',
  }),
  'hold-time': integer({
    description: 'hold time to propose, in seconds; 0 for none',
    default: 90,
    min: 0,
    max: 65_535,
    helpValue: 'SECONDS',
  }),
  fault: option({
    options: FAULT_NAMES,
    description: 'be a router that something is wrong with',
  })(),
  interval: string({ description: 'print the tables again and again, such as every 10s', helpValue: 'TIME' }),
  duration: string({ description: 'end after this time, such as 30s or 5m', helpValue: 'TIME' }),
})
