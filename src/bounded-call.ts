/** A bounded call did not answer within its time. */
export class TimedOutError extends Error {
  override name = 'TimedOutError'
}

/**
 * A call that anyone may make at any rate: callers share the one under way, and none waits longer than
 * `limitMs`. So a page that asks the database something costs at most one connection, however often it is
 * loaded and however long the database takes.
 * @throws TimedOutError after `limitMs`; otherwise whatever the call throws.
 */
export function boundedCall<T>(call: () => Promise<T> | T, limitMs: number): () => Promise<T> {
  let underWay: Promise<T> | undefined
  const begin = async (): Promise<T> => call()
  return () => {
    underWay ??= begin().finally(() => {
      underWay = undefined
    })
    return within(underWay, limitMs)
  }
}

/** The promise's own end, or a TimedOutError after `limitMs`. What it stands for goes on all the same. */
export function within<T>(promise: Promise<T>, limitMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new TimedOutError(`no answer within ${limitMs} ms`)), limitMs)
    promise.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
