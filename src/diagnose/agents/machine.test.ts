// The machine against a cluster of a few lines: whatever happens to Pods, requests and the user, nothing of the run is left in the end.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { framed } from './agent-log.ts'
import { type AgentsEvent, type AgentsState, agentsState, isFinished, outcomesOf } from './agents-state.ts'
import { stepAgents } from './machine.ts'
import type { AgentContainer, AgentPodFact } from './ports.ts'

const RUN = 'run0001'
const TIMEOUT_MS = 10_000
const NODES = ['node-a', 'node-b', 'node-c']

const pod = (name: string, changes: Partial<AgentPodFact> = {}): AgentPodFact => ({
  name,
  uid: `uid-of-${name}`,
  run: RUN,
  node: '',
  phase: 'Pending',
  reason: '',
  message: '',
  createdAtMs: 1_000_000,
  deadlineSeconds: 40,
  container: undefined,
  ...changes,
})
const container = (changes: Partial<AgentContainer>): AgentContainer => ({
  state: 'waiting',
  reason: '',
  message: '',
  exitCode: undefined,
  ...changes,
})
const ENDED = { phase: 'Succeeded', container: container({ state: 'terminated', exitCode: 0 }) }

/** Plays the cluster. A Pod is what `become` says; a request is refused as `refuse` says. */
class Scene {
  state: AgentsState
  nowMs = 0
  readonly pods = new Map<string, AgentPodFact>()
  readonly did: string[] = []
  become: (name: string) => Partial<AgentPodFact> = () => ENDED
  log: (name: string) => string | undefined = (name) => framed(RUN, name)
  refuse: (what: 'create' | 'delete', name: string) => boolean = () => false
  /** the API server does not answer what is asked of it */
  isAway = false
  most = 0

  constructor(atOnce = 10) {
    this.state = agentsState({
      run: RUN,
      jobs: NODES.map((node, index) => ({ node, pod: `pod-${index}` })),
      atOnce,
      timeoutMs: TIMEOUT_MS,
    })
  }

  take(event: AgentsEvent): void {
    const { state, effects } = stepAgents(this.state, event, this.nowMs)
    this.state = state
    for (const effect of effects) {
      this.did.push(`${effect.do} ${effect.pod}${effect.do === 'delete' && effect.force ? ' by force' : ''}`)
      if (effect.do === 'create') this.#create(effect.node, effect.pod)
      else if (effect.do === 'read-log') this.#read(effect.node, effect.pod)
      else if (this.isAway || this.refuse('delete', effect.pod))
        this.take({ kind: 'not-deleted', pod: effect.pod, reason: 'forbidden', again: this.isAway })
      else this.pods.delete(effect.pod)
    }
  }

  #create(node: string, name: string): void {
    if (this.refuse('create', name)) {
      this.take({ kind: 'refused', node, refusal: { reason: 'it is forbidden', forAll: true } })
      return
    }
    this.pods.set(name, pod(name, { node }))
    this.most = Math.max(this.most, this.pods.size)
    this.take({ kind: 'created', node, createdAtMs: 1_000_000 })
  }

  #read(node: string, name: string): void {
    const text = this.log(name)
    this.take(text === undefined ? { kind: 'no-log', node, reason: 'no log' } : { kind: 'log', node, text })
  }

  look(afterMs = 300): void {
    this.nowMs += afterMs
    const pods = [...this.pods.values()].map((each) => ({ ...each, ...this.become(each.name) }))
    this.take(
      this.isAway
        ? { kind: 'unseen', reason: 'the API server does not answer' }
        : { kind: 'pods', askedAtMs: this.nowMs, pods },
    )
  }

  untilFinished(): void {
    for (let round = 0; round < 200 && !isFinished(this.state); round += 1) this.look()
    expect(isFinished(this.state)).toBe(true)
  }

  get reasons(): readonly string[] {
    return [...outcomesOf(this.state).values()].map((each) =>
      each.kind === 'failed' ? each.reason : 'answered',
    )
  }
}

const played = (set: (scene: Scene) => void, atOnce?: number): Scene => {
  const scene = new Scene(atOnce)
  set(scene)
  scene.take({ kind: 'start' })
  scene.untilFinished()
  return scene
}

it('creates, reads and deletes, so many at a time', () => {
  const scene = played(() => undefined, 2)
  expect(scene.reasons).toEqual(['answered', 'answered', 'answered'])
  expect([scene.pods.size, scene.most]).toEqual([0, 2])
  expect(scene.did.filter((line) => line.endsWith('pod-0'))).toEqual([
    'create pod-0',
    'read-log pod-0',
    'delete pod-0',
  ])
})

describe('a Pod that will give no result is named and deleted', () => {
  it.each([
    [
      'an image that cannot be pulled',
      { container: container({ reason: 'ImagePullBackOff', message: 'Back-off' }) },
      /^its image cannot be pulled \(ImagePullBackOff: Back-off\)$/,
    ],
    [
      'a container that cannot be started',
      { container: container({ reason: 'RunContainerError' }) },
      /started/,
    ],
    [
      'a node that refuses it',
      { phase: 'Failed', reason: 'OutOfcpu', message: 'Node has no cpu' },
      /refused or ended its Pod \(OutOfcpu: Node has no cpu\)/,
    ],
    [
      'a node under pressure',
      {
        phase: 'Failed',
        reason: 'Evicted',
        message: 'The node was low on resource: memory. ',
        container: undefined,
      },
      /ended its Pod \(Evicted: The node was low on resource: memory\.\)/,
    ],
    ['a deadline', { phase: 'Failed', reason: 'DeadlineExceeded' }, /before its deadline/],
    [
      'a scheduler that finds no place',
      { reason: 'Unschedulable', message: '0/3 nodes are available' },
      /cannot be scheduled: 0\/3/,
    ],
    ['a kubelet that does not take it up', {}, /no result within 10 s: kubelet has not taken up the Pod/],
    [
      'a container that goes on',
      { phase: 'Running', container: container({ state: 'running' }) },
      /no result within 10 s: its container is running/,
    ],
  ])('%s', (_name, become, says) => {
    const scene = played((each) => {
      each.become = () => become
    })
    for (const reason of scene.reasons) expect(reason).toMatch(says)
    expect([scene.reasons.length, scene.pods.size]).toEqual([3, 0])
  })

  it('a log that is cut, after it was read again', () => {
    const scene = played((each) => {
      each.log = (name) => framed(RUN, name).slice(0, -5)
    })
    expect(scene.reasons).toEqual(Array(3).fill('the result in the log is cut off'))
    expect(scene.did.filter((line) => line === 'read-log pod-1').length).toBe(3)
  })

  it('a program that ends with an error, with its last line', () => {
    const scene = played((each) => {
      each.become = () => ({ phase: 'Failed', container: container({ state: 'terminated', exitCode: 1 }) })
      each.log = () => 'exec format error\n'
    })
    expect(scene.reasons[0]).toBe('it ended with exit code 1, whose last line is: exec format error')
  })
})

it('asks for no more Pods once one was forbidden', () => {
  const scene = played((each) => {
    each.refuse = (what) => what === 'create'
  }, 1)
  expect(scene.did).toEqual(['create pod-0'])
  expect(scene.reasons).toEqual(Array(3).fill('it is forbidden'))
})

it('says which Pod it could not delete', () => {
  const scene = played((each) => {
    each.refuse = (what, name) => what === 'delete' && name === 'pod-1'
  })
  expect(scene.state.left).toEqual([{ node: 'node-b', pod: 'pod-1', reason: 'forbidden' }])
  expect(scene.reasons).toEqual(Array(3).fill('answered'))
})

it('deletes a Pod whose creation was not answered', () => {
  const scene = new Scene(1)
  const { state } = stepAgents(scene.state, { kind: 'start' }, 0)
  const refusal = { reason: 'no answer', forAll: false, uncertain: true }
  const { effects } = stepAgents(state, { kind: 'refused', node: 'node-a', refusal }, 0)
  expect(effects).toContainEqual({ do: 'delete', pod: 'pod-0', uid: undefined, force: false })
})

it('sweeps what an earlier run left, by the clock of the API server, and leaves one that still runs alone', () => {
  const scene = new Scene()
  scene.pods.set('old', pod('old', { run: 'run0000', createdAtMs: 1_000_000 - 101_000 }))
  scene.pods.set('young', pod('young', { run: 'run0002', createdAtMs: 1_000_000 - 99_000 }))
  scene.take({ kind: 'start' })
  scene.untilFinished()
  expect([...scene.pods.keys()]).toEqual(['young'])
  expect(scene.did.filter((line) => line.includes('old'))).toEqual(['delete old by force'])
})

describe('an API server that is away while Pods are deleted', () => {
  const awayAfterTheResults = (): Scene => {
    const scene = new Scene()
    scene.take({ kind: 'start' })
    scene.isAway = true
    // The answer to what was asked before comes all the same.
    scene.take({
      kind: 'pods',
      askedAtMs: 1,
      pods: [...scene.pods.values()].map((each) => ({ ...each, ...ENDED })),
    })
    expect(scene.pods.size).toBe(3)
    return scene
  }

  it('is asked again when it is back', () => {
    const scene = awayAfterTheResults()
    for (let round = 0; round < 50; round += 1) scene.look()
    expect(isFinished(scene.state)).toBe(false)
    scene.isAway = false
    scene.untilFinished()
    expect([scene.pods.size, scene.state.left]).toEqual([0, []])
  })

  it('is not waited for beyond half a minute, and the Pods are named', () => {
    const scene = awayAfterTheResults()
    scene.untilFinished()
    expect(scene.nowMs).toBeGreaterThan(30_000)
    expect(scene.state.left.map(({ pod: name }) => name)).toEqual(['pod-0', 'pod-1', 'pod-2'])
  })

  it('is not waited for once the user has stopped it', () => {
    const scene = awayAfterTheResults()
    scene.take({ kind: 'stop' })
    scene.untilFinished()
    expect(scene.nowMs).toBeLessThan(5000)
    expect(scene.state.left.length).toBe(3)
  })
})

it('uses force where kubelet does not let a Pod go', () => {
  const scene = new Scene()
  scene.take({ kind: 'start' })
  scene.take({ kind: 'stop' })
  const stubborn = pod('pod-0')
  for (let round = 0; round < 40 && !isFinished(scene.state); round += 1) {
    scene.nowMs += 300
    scene.take({ kind: 'pods', askedAtMs: scene.nowMs, pods: [stubborn] })
  }
  expect(isFinished(scene.state)).toBe(true)
  expect(scene.did.filter((line) => line.startsWith('delete pod-0'))).toEqual([
    'delete pod-0',
    'delete pod-0 by force',
  ])
  expect(scene.state.left).toEqual([
    { node: 'node-a', pod: 'pod-0', reason: 'it is still there, also after it was deleted by force' },
  ])
})

it('leaves nothing behind, whenever the user stops and whatever the Pods do', () => {
  const fates: readonly Partial<AgentPodFact>[] = [
    ENDED,
    {},
    { phase: 'Failed', reason: 'Evicted' },
    { phase: 'Running', container: container({ state: 'running' }) },
    { container: container({ reason: 'ErrImagePull' }) },
  ]
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...fates), { minLength: 3, maxLength: 3 }),
      fc.integer({ min: 1, max: 3 }),
      fc.option(fc.nat(60), { nil: undefined }),
      fc.boolean(),
      (fate, atOnce, stopAfter, hasLogs) => {
        const scene = new Scene(atOnce)
        scene.become = (name) => fate[Number(name.slice(-1))] ?? {}
        if (!hasLogs) scene.log = () => undefined
        scene.take({ kind: 'start' })
        for (let round = 0; round < 300 && !isFinished(scene.state); round += 1) {
          if (round === stopAfter) scene.take({ kind: 'stop' })
          scene.look()
        }
        expect(isFinished(scene.state)).toBe(true)
        expect(scene.pods.size).toBe(0)
        expect(scene.most).toBeLessThanOrEqual(atOnce)
        const created = scene.did.filter((line) => line.startsWith('create')).length
        expect(new Set(scene.did.filter((line) => line.startsWith('delete'))).size).toBe(created)
        if (stopAfter === undefined) expect(outcomesOf(scene.state).size).toBe(3)
      },
    ),
  )
})
