import { runFolders } from '../helper/run-files.ts'

runFolders('.test.ts', 'test/bench', 'test/embedded', 'test/openphone', 'test/trigger', 'test/webhook')
