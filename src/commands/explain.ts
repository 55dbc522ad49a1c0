import { string as stringArg } from '@oclif/core/args'
import { boolean, string } from '@oclif/core/flags'
import { BaseCommand } from '../compose/base-command.ts'
import { outputFlags, withEnvironment } from '../compose/command-flags.ts'
import { findPage, listPages, type Page } from '../compose/documentation.ts'
import { explainEndpoint, isEndpoint } from '../compose/explain-endpoint.ts'
import { explainLogLine, textFromStdin } from '../compose/explain-log-line.ts'
import { renderMarkdown } from '../terminal/markdown.ts'
import { renderPageList } from '../terminal/page-list.ts'

export default class Explain extends BaseCommand {
  static override summary = 'tell what a code or an error means and what to do about it'
  static override description =
    'Prints the page about a code that lbctl shows beside an error or a warning, about an error of the kernel such as EHOSTUNREACH or its number, about the reason of an event of MetalLB or Kubernetes, about a state that a router shows, such as Active, or about the words that a program printed, such as "No route to host". A whole line of a log of MetalLB, FRR, kube-vip or a router is taken apart. An address or a name with a port, or a URL, is connected to from here, which needs no cluster and no rights: the step that fails is named, with what its words mean and what to run next. Without a code, lists all of them.'
  static override args = {
    code: stringArg({
      description:
        'a code such as V201, quoted words of an error, a line of a log, or ADDRESS:PORT; - for stdin',
      ignoreStdin: true,
    }),
  }
  static override flags = withEnvironment({
    ...outputFlags(['text', 'json', 'markdown']),
    http: boolean({ description: 'for ADDRESS:PORT, also send one HEAD request, with TLS where it is due' }),
    timeout: string({
      description: 'for ADDRESS:PORT, time to wait for each answer',
      default: '5s',
      helpValue: 'TIME',
    }),
  })
  static override examples = [
    'lbctl explain',
    'lbctl explain V201',
    'lbctl explain "No route to host"',
    'lbctl explain nodeAssigned',
    'lbctl explain https://shop.example.com/',
    'lbctl explain V201 -o markdown',
  ]

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(Explain)
    const { root } = this.host
    if (args.code === undefined) {
      this.out(renderPageList(listPages(root), flags.output))
      return
    }
    const asked = args.code === '-' ? await textFromStdin() : args.code
    if (isEndpoint(asked)) return this.#explainEndpoint({ ...flags, asked })
    const style = { ...this.stdoutStyle, verbose: this.verbose }
    const line = await explainLogLine(asked, style, flags.output)
    if (line !== undefined) return this.out(line)
    try {
      this.#print(findPage(asked, root), flags.output)
    } catch (error) {
      // Words that no page has may still be the message of a line, without its time and level.
      const message = await explainLogLine(asked, style, flags.output, 'message')
      if (message === undefined) throw error
      this.out(message)
    }
  }

  #print(page: Page, output: 'text' | 'json' | 'markdown'): void {
    if (output === 'json') this.out(JSON.stringify(page, null, 2))
    else this.out(output === 'markdown' ? page.markdown : renderMarkdown(page.markdown, this.stdoutStyle))
  }

  async #explainEndpoint(request: Parameters<typeof explainEndpoint>[0]): Promise<void> {
    const { renderStep } = await import('../terminal/diagnose/progress.ts')
    const { colorLevel } = this.stderrStyle
    const step = (name: string, text: string): void => this.progress(renderStep(name, text, colorLevel))
    const { text, exitCode } = await explainEndpoint(request, {
      stdout: this.stdoutStyle,
      verbose: this.verbose,
      step: process.stderr.isTTY || this.verbose ? step : undefined,
    })
    this.out(text)
    this.exitWith(exitCode)
  }
}
