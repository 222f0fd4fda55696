import { outliveReader } from '../closed-output.ts'
import { runTrigger } from './run-trigger.ts'

outliveReader()
process.exitCode = await runTrigger(process.argv.slice(2))
