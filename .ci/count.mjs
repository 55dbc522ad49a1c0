// Prints "PASSED FAILED" of a vitest JSON report. Skipped tests are named; with LBCTL_REQUIRE_INTEROP=1 they have failed.
import { readFileSync } from 'node:fs'

const report = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const strict = process.env.LBCTL_REQUIRE_INTEROP === '1'
const skipped = report.testResults.flatMap((file) =>
  file.assertionResults.filter((test) => test.status === 'pending' || test.status === 'skipped'),
)
for (const test of skipped) console.error(`skipped: ${test.fullName}`)
// A test file that does not load has no tests; it counts as one that failed.
const broken = report.testResults.filter(
  (file) => file.status === 'failed' && file.assertionResults.length === 0,
)
for (const file of broken) console.error(`did not load: ${file.name}`)
console.log(
  `${report.numPassedTests} ${report.numFailedTests + broken.length + (strict ? skipped.length : 0)}`,
)
