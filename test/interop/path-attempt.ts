// One connection, or one datagram, to an address of a Service: who answers, and whom it sees.
import { createSocket } from 'node:dgram'
import { connect } from 'node:net'

export interface Attempt {
  readonly end: 'endpoint' | 'rejected' | 'silent'
  readonly endpoint?: string
  readonly seen?: string
}

export interface Target {
  readonly address: string
  readonly port: number
  readonly protocol?: 'tcp' | 'udp'
  /** a client meets one of the endpoints only: which one is drawn once */
  readonly isSticky?: boolean
}

const answered = (text: string): Attempt => {
  const [endpoint = '', seen = ''] = text.split(' ')
  return { end: 'endpoint', endpoint, seen }
}

const failed = ({ code }: NodeJS.ErrnoException): Attempt => ({
  end: code === 'ECONNREFUSED' ? 'rejected' : 'silent',
})

export interface Started {
  /** settled when the kernel has the socket */
  readonly made: Promise<unknown>
  readonly answer: Promise<Attempt>
}

/** With an address instead of a name, Node makes the socket in the next tick. */
export function call({ address, port }: Target, source: string | undefined, patienceMs: number): Started {
  const local = source === undefined ? {} : { localAddress: source }
  const socket = connect({ host: address, port, ...local })
  const answer = new Promise<Attempt>((resolve) => {
    let text = ''
    const done = (result: Attempt): void => {
      clearTimeout(timer)
      socket.destroy()
      resolve(result)
    }
    const timer = setTimeout(() => done({ end: 'silent' }), patienceMs)
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
    })
    socket.on('end', () => done(answered(text)))
    socket.on('error', (error) => done(failed(error)))
  })
  return { made: new Promise((resolve) => setImmediate(resolve)), answer }
}

/** A socket that is connected hears of ICMP errors. */
export function ask({ address, port }: Target, source: string | undefined, patienceMs: number): Started {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4')
  const answer = new Promise<Attempt>((resolve) => {
    const done = (result: Attempt): void => {
      clearTimeout(timer)
      socket.close()
      resolve(result)
    }
    const timer = setTimeout(() => done({ end: 'silent' }), patienceMs)
    socket.on('error', (error) => done(failed(error)))
    socket.on('message', (bytes) => done(answered(bytes.toString('utf8'))))
    socket.bind(source === undefined ? {} : { address: source }, () =>
      socket.connect(port, address, () => socket.send('hello')),
    )
  })
  return { made: new Promise((resolve) => socket.once('listening', resolve)), answer }
}
