import DiagnoseAll from './diagnose/all.ts'

/** The word that other tools of this kind have for it. */
export default class Check extends DiagnoseAll {
  static override summary = 'short for diagnose all'
  static override examples: string[] = ['lbctl check', 'lbctl check -o short --wait 5m', 'lbctl check --pre']
}
