import { Command, Option } from 'commander'
import { shapes } from '../samples/index.ts'
import { countOption, rateOption } from './options.ts'
import { overrideOption } from './override.ts'

/** The command line. Its usage errors are thrown as CommanderError, after they are printed. */
export function createCommand(): Command {
  return new Command('npm run trigger --')
    .description('Signs sample webhooks as their senders do, and sends them to a running server.')
    .usage('<event type or scenario> [options]')
    .argument('[name]', 'an event type such as message.received, or a scenario; --list shows all')
    .addOption(
      new Option('--shape <shape>', 'generation of the payload (default: current where it exists)').choices(
        shapes,
      ),
    )
    .option('--version <version>', 'version of the payload, as in v3 (default: the newest)')
    .option('--url <url>', 'where to send (default: the webhook on 127.0.0.1 and PORT or 3000)')
    .option(
      '--secret <secret>',
      'as in OPENPHONE_SIGNING_SECRETS (default: the first fitting one there, else the development one)',
    )
    .option('--count <n>', 'how many times, each about new objects', countOption, 1)
    .option('--rate <n>', 'events per second, at most', rateOption)
    .option('--concurrency <n>', 'how many are under way at once', countOption, 10)
    .option('--seed <text>', 'the same seed gives the same ids, people and texts')
    .option('--set <path=value>', 'override a field, as in data.resource.text=hello', overrideOption)
    .option('--same-object', 'with --count: all about the same object')
    .option('--out-of-order', "shuffle a scenario's events")
    .option('--duplicate', 'send everything twice')
    .option('--dry-run', 'print the signed requests instead of sending them')
    .option('--print', 'the same as --dry-run')
    .option('--list', 'show all event types, their shapes, and the scenarios')
    .option('--json', 'print JSON, one object per line')
    .addHelpText(
      'after',
      `
Examples:
  npm run trigger -- message.received
  npm run trigger -- call.completed --shape legacy --version v2
  npm run trigger -- long-consultation-call --out-of-order --duplicate
  npm run trigger -- message.received --count 1000 --rate 200

Exit code: 0 all accepted, 1 any refused or failed, 2 the command is not understood.`,
    )
    .showHelpAfterError('("npm run trigger -- --help" shows the options)')
    .exitOverride()
}
