import { filesOf, runFiles } from '../helper/run-files.ts'

// Those in no folder, but for the four of the main path, which are processes of their own.
runFiles(filesOf('test', (name) => name.endsWith('.test.ts') && !name.startsWith('webhook-')))
