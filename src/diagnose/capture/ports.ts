// What a capture needs from the machine beyond what probes need.
import type { FrameSocket, FrameSocketOptions } from '../ports/probes.ts'

export interface CaptureSocket extends FrameSocket {
  /** Frames that came through the filter and were lost because they were not read in time, since the last call. */
  lost(): number
}

export interface CaptureSockets {
  /** Rejects with LbctlError: permission without CAP_NET_RAW, usage without such an interface. */
  open(options: FrameSocketOptions): Promise<CaptureSocket>
}
