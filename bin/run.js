#!/usr/bin/env node
const { pathToFileURL } = require('node:url')
const { main } = require('../dist/boot.js')

void main(process.argv.slice(2), { root: new URL('../', pathToFileURL(__filename)) })
