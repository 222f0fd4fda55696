import { outliveReader } from '../closed-output.ts'
import { runOps } from './run-ops.ts'

outliveReader()
process.exitCode = await runOps(process.argv.slice(2))
