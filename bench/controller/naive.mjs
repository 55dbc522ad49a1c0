// What an allocator comes to that keeps a set of the addresses in use and looks at one address after the other, as the obvious one does.
export class NaiveAllocator {
  #used = new Set()

  constructor(first, size) {
    this.first = first
    this.size = size
  }

  allocate() {
    for (let number = 0; number < this.size; number++) {
      const address = textOf(this.first + number)
      if (this.#used.has(address)) continue
      this.#used.add(address)
      return address
    }
    return undefined
  }
}

const textOf = (value) => `${value >>> 24}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}`
