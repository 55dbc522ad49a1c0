/** Output lines of one table. */
export class Table {
  readonly chains = new Set<string>()
  readonly lines: string[] = []
  readonly #name: string

  constructor(name: string, chains: readonly string[]) {
    this.#name = name
    for (const chain of chains) this.chains.add(chain)
  }

  add(chain: string, ...words: readonly string[]): void {
    this.chains.add(chain)
    this.lines.push(['-A', chain, ...words].join(' '))
  }

  get text(): string {
    const builtIn = /^(PREROUTING|INPUT|FORWARD|OUTPUT|POSTROUTING)$/
    const declared = [...this.chains]
      .filter((chain) => !builtIn.test(chain))
      .map((chain) => `:${chain} - [0:0]`)
    return [`*${this.#name}`, ...declared, ...this.lines, 'COMMIT', ''].join('\n')
  }
}
