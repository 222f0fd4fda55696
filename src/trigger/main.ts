import { runTrigger } from './run-trigger.ts'

process.exitCode = await runTrigger(process.argv.slice(2))
