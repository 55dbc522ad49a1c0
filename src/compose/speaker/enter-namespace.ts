/** Moves the whole process into a network namespace. @throws LbctlError */
export async function enterNamespace(netns: string): Promise<void> {
  const [{ loadLibc }, { enterNetns }] = await Promise.all([
    import('../../linux/libc.ts'),
    import('../../linux/namespaces.ts'),
  ])
  enterNetns(await loadLibc(), netns)
}
