// Property tests draw from one seed, so that a run says something about the change and not about luck.
// LBCTL_TEST_SEED=random explores (fast-check prints the seed of what it finds), LBCTL_TEST_SEED=NUMBER repeats.
import fc from 'fast-check'

const DEFAULT_SEED = 20_261_127
const wanted = process.env['LBCTL_TEST_SEED']
if (wanted !== 'random') fc.configureGlobal({ seed: wanted === undefined ? DEFAULT_SEED : Number(wanted) })
