import { CommanderError } from 'commander'
import { readEnvironment } from '../environment.ts'
import { StartupError } from '../errors.ts'
import { createCommand } from './command.ts'
import { tell } from './deliveries.ts'
import { listJson, listText } from './list.ts'
import type { TriggerOptions } from './options.ts'
import { pickStory, type Story } from './pick.ts'
import { requestJson, requestText } from './print.ts'
import { Reporter } from './reporter.ts'
import { signedRequest } from './request.ts'
import { runStories } from './run.ts'
import { chooseSecret, schemeOf } from './secret.ts'
import { send } from './send.ts'
import { targetUrl } from './target.ts'
import { UsageError } from './usage-error.ts'

// 130: as a shell says of a command ended by Ctrl-C.
const exitCodes = { accepted: 0, refused: 1, usage: 2, interrupted: 130 } as const

/**
 * Carries the command out that the arguments say, and prints what became of it.
 * @returns the exit code.
 */
export async function runTrigger(args: readonly string[]): Promise<number> {
  try {
    const command = createCommand().parse(args, { from: 'user' })
    return await trigger(command.args[0], command.opts<TriggerOptions>())
  } catch (error) {
    return exitCodeFor(error)
  }
}

async function trigger(name: string | undefined, options: TriggerOptions): Promise<number> {
  if (options.list) {
    console.log(options.json ? listJson() : listText())
    return exitCodes.accepted
  }
  if (name === undefined) {
    throw new UsageError('Which event? As in "npm run trigger -- message.received"; --list shows all.')
  }
  const story = pickStory(name, options)
  const environment = readEnvironment()
  const url = targetUrl(options.url, environment)
  const secret = chooseSecret(schemeOf[story.shape], options.secret, environment)
  const stories = tell(story, options)
  if (options.dryRun || options.print) {
    for (const tellStory of stories) {
      for (const delivery of tellStory()) {
        const request = signedRequest(delivery, url, secret)
        console.log(options.json ? requestJson(request) : requestText(request))
      }
    }
    return exitCodes.accepted
  }
  const stop = new AbortController()
  const onInterrupt = () => stop.abort()
  process.once('SIGINT', onInterrupt)
  const reporter = new Reporter({
    total: countDeliveries(story, options),
    json: options.json ?? false,
    url,
    secret,
  })
  await runStories({
    stories,
    concurrency: Math.min(options.concurrency, options.count),
    rate: options.rate,
    signal: stop.signal,
    send: (delivery) => send(signedRequest(delivery, url, secret), delivery),
    report: (outcome) => reporter.report(outcome),
  }).finally(() => process.off('SIGINT', onInterrupt))
  const areAllAccepted = reporter.finish()
  if (stop.signal.aborted) return exitCodes.interrupted
  return areAllAccepted ? exitCodes.accepted : exitCodes.refused
}

/** How many deliveries there will be in all. */
function countDeliveries(story: Story, options: TriggerOptions): number {
  const [tellStory] = tell(story, options)
  return options.count * (tellStory?.().length ?? 0)
}

/** The exit code of a command that could not be carried out, once the reason is printed. */
function exitCodeFor(error: unknown): number {
  // Commander has printed its message, or the help that was asked for.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.accepted : exitCodes.usage
  if (error instanceof UsageError || error instanceof StartupError) {
    console.error(error.message)
    return error instanceof UsageError ? exitCodes.usage : exitCodes.refused
  }
  throw error
}
