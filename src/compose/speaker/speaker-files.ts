// The files of a speaker that no cluster stands behind.
import { DEFAULT_RELEASE, releaseRules } from '../../speaker/decide/release-rules.ts'
import type { LogSink } from '../../speaker/report/log-record.ts'
import { FileFacts } from './file-facts.ts'
import type { FileWatchOptions } from './files-read.ts'
import type { SpeakerSettings } from './speaker-settings.ts'
import { thisNode } from './this-node.ts'

interface SpeakerFilesOptions {
  readonly settings: Pick<SpeakerSettings, 'paths' | 'nodeName' | 'compatVersion'>
  readonly isBeingWritten: FileWatchOptions<unknown>['isBeingWritten']
  readonly log: LogSink
}

export const filesOf = ({ settings, isBeingWritten, log }: SpeakerFilesOptions): FileFacts =>
  new FileFacts({
    paths: settings.paths,
    isBeingWritten,
    thisNode: thisNode(settings.nodeName),
    judgesPerNode: releaseRules(settings.compatVersion ?? DEFAULT_RELEASE).judgesPerNode,
    onTrouble: (error) =>
      log({
        level: 'error',
        caller: 'config',
        fields: { op: 'readFiles', error: error.message },
        text: `${error.message} What was read before goes on counting.`,
      }),
  })
