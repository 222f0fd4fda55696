import { Command, Option } from 'commander'
import { countOption } from '../../trigger/options.ts'
import { purgeAgeOption, timeOption } from './times.ts'

const STATUSES = ['failed', 'processed', 'ignored', 'received']

/**
 * The command line.
 * @param onEnd told the exit code of the command that was carried out. Usage errors are thrown as
 *   CommanderError, after they are printed.
 */
export function createCommand(onEnd: (exitCode: number) => void): Command {
  const program = new Command('npm run ops --')
    .description('Shows what became of webhooks, and puts right what failed.')
    .showHelpAfterError(
      '("npm run ops -- --help" shows the commands, "npm run ops -- replay --help" one of them)',
    )
    .exitOverride()
    .addHelpText(
      'after',
      `
Times are ISO 8601 (2026-05-01, 2026-05-01T12:00Z) or how long ago (90s, 15m, 2h, 3d, 1w).

Exit code: 0 done, 1 nothing matched or it was refused, 2 the command is not understood.`,
    )

  /**
   * A subcommand with --json. Its code is loaded when it is called: help, and word of a mistake, come at once.
   * @param load the command, which resolves with the exit code. Its arguments are those of the command line, then the
   *   options.
   */
  const add = <Args extends unknown[]>(
    usage: string,
    description: string,
    load: () => Promise<(...args: Args) => Promise<number>>,
  ) =>
    program
      .command(usage)
      .description(description)
      .option('--json', 'print JSON')
      // Commander's types do not carry those of the options over to the action.
      .action(async (...args) => onEnd(await (await load())(...(args as unknown as Args))))

  add(
    'status',
    'whether all is well: queues, rates, lag, failures',
    async () => (await import('./status.ts')).status,
  )

  add(
    'failures',
    'what failed, grouped by type and error, then the newest',
    async () => (await import('./failures.ts')).failures,
  )
    .option('--type <type>', 'of this event type only')
    .option('--since <time>', 'that failed since then', timeOption)
    .option('--limit <n>', 'how many of the newest', countOption, 20)

  add(
    'show <id>',
    'one event: its timeline, payload, and the rows it made',
    async () => (await import('./show.ts')).show,
  ).addHelpText(
    'after',
    `
<id> is the event's own (x-event-id), the delivery's (webhook-id), or the provider's of the event (EV…).`,
  )

  add('replay [ids...]', 'process events again', async () => (await import('./replay.ts')).replay)
    .option('--type <type>', 'events of this type')
    .addOption(new Option('--status <status>', 'events of this status (default: failed)').choices(STATUSES))
    .option('--since <time>', 'that failed since then; for another status: that came since then', timeOption)
    .option('--until <time>', 'that did before then', timeOption)
    .option('--dry-run', 'count them only')
    .option('--yes', 'do it without asking; needed in scripts for more than 100 by a filter')
    .addHelpText(
      'after',
      `
Safe at any time, for any event, any number of times.

Examples:
  npm run ops -- replay 019de368-f67b-7b4e-9c6a-0d6a3f6f2a11
  npm run ops -- replay --status failed --type message.received --since 2h --dry-run`,
    )

  add(
    'redrive',
    'move dead letters back to the queue they came from',
    async () => (await import('./redrive.ts')).redrive,
  )
    .option('--limit <n>', 'at most so many, the oldest first', countOption)
    .option('--dry-run', 'count them only')
    .option('--yes', 'do it without asking')

  add(
    'purge',
    'remove processed and ignored events; the rows they made stay',
    async () => (await import('./purge.ts')).purge,
  )
    .requiredOption(
      '--older-than <age>',
      'that came longer ago than this, as in 90d; at least 28h',
      purgeAgeOption,
    )
    .option('--dry-run', 'count them only')
    .option('--yes', 'do it without asking')

  add(
    'doctor',
    'checks the whole installation, and says what to do about each finding',
    async () => (await import('./doctor.ts')).doctor,
  ).option(
    '--url <url>',
    'the webhook to send a signed test delivery to (default: on 127.0.0.1 and PORT or 3000)',
  )

  return program
}
