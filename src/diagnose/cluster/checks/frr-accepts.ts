// F48: what frr-k8s says became of the configuration on each node.
import { type ClusterCheck, failOr, skip } from '../cluster-check.ts'
import { textAt } from '../object-fields.ts'
import { sessionsDownOnlyOn } from '../recorded-sessions.ts'
import { counted, listed } from '../wording.ts'

const isGood = (result: string | undefined): boolean =>
  result === undefined || result === '' || result === 'success'

export const frrAccepts: ClusterCheck = {
  id: 'frr-accepts',
  code: 'F48',
  link: 'configuration',
  title: 'FRR takes its configuration on every node',
  needs: ['statuses'],
  evaluate: (view) => {
    const states = view.statuses('FRRNodeState')
    if (states.length === 0) return skip('frr-k8s is not there')
    const bad = states.filter(
      (state) =>
        !isGood(textAt(state, 'status', 'lastConversionResult')) ||
        !isGood(textAt(state, 'status', 'lastReloadResult')),
    )
    const [first] = bad
    if (first === undefined) return failOr([], counted(states.length, 'node'))
    const conversion = textAt(first, 'status', 'lastConversionResult')
    const step = isGood(conversion) ? 'reload' : 'conversion'
    const words = step === 'conversion' ? conversion : textAt(first, 'status', 'lastReloadResult')
    return failOr(
      [
        {
          title: `FRR does not take its configuration on ${listed(bad.map(({ metadata }) => metadata.name))}: the ${step} failed.`,
          severity: 'error',
          confidence: 'certain',
          subject: `FRRNodeState ${first.metadata.name}`,
          evidence: evidenceOf(
            step === 'conversion' ? 'lastConversionResult' : 'lastReloadResult',
            toldBy(words ?? ''),
          ),
          cause:
            step === 'conversion'
              ? 'FRRConfigurations contradict each other for that node.'
              : 'FRR refuses a line, or a change that needs a new session. It goes on with what it had.',
          fix: [
            {
              text: 'See what was refused, and make the FRRConfigurations of that node agree.',
              command: `kubectl get frrnodestates ${first.metadata.name} -o yaml`,
            },
          ],
          mayCause: sessionsDownOnlyOn(
            bad.map(({ metadata }) => metadata.name),
            view,
          )
            ? ['F36']
            : [],
          // FRR goes on with what it had.
          breaks: 'some day',
          affects: 'installation',
        },
      ],
      '',
    )
  },
}

const MOST_LINES = 4
/** What vtysh says beside it, of every file that it reads. */
const NOISE = /Can't open configuration file|Unknown command: XFRR_end_configuration/

/** The lines that say what was refused, each once; frr-reload prints what vtysh says as a literal of Python, too. */
function toldBy(words: string): readonly string[] {
  const lines = words
    .replaceAll(/\bb"([^"\n]*)"/g, (_, quoted: string) => quoted.replaceAll('\\n', '\n'))
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  const telling = lines.filter((line) => !NOISE.test(line))
  return [...new Set(telling.length === 0 ? lines : telling)]
}

function evidenceOf(field: string, [first = 'empty', ...more]: readonly string[]): readonly string[] {
  const shown = more.slice(0, MOST_LINES - 1)
  const left = more.length - shown.length
  return [`${field}: ${first}`, ...shown, ...(left > 0 ? [`and ${counted(left, 'more line')}`] : [])]
}
