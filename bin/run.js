#!/usr/bin/env node
import { main } from '../dist/boot.js'

await main(process.argv.slice(2), { root: new URL('../', import.meta.url) })
