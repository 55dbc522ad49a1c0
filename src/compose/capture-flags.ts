import { boolean, integer, string } from '@oclif/core/flags'
import { outputFlags, repeatedString, withEnvironment } from './command-flags.ts'

export const captureFlags = withEnvironment({
  ...outputFlags(['text', 'json']),
  interface: repeatedString({
    description: 'listen on this interface, more than once for several; on every one that is up by default',
    helpValue: 'NAME',
  }),
  count: integer({ description: 'end after so many frames', min: 1 }),
  duration: string({ description: 'end after this time, such as 30s or 5m', helpValue: 'TIME' }),
  write: string({
    char: 'w',
    description: 'write the frames to a pcapng file, too; "-" writes it to stdout instead of the lines',
    helpValue: 'FILE',
  }),
  promiscuous: boolean({ description: 'also see frames for other hosts, which hides some faults' }),
  netns: string({ description: 'work in this network namespace', helpValue: 'NAME|PID' }),
})
