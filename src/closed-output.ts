/**
 * Lets a command finish what it was asked to do when whoever read its output has seen enough, as `| head` has: what it
 * still writes is lost. Without, Node ends it half way, with a stack trace.
 */
export function outliveReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}
