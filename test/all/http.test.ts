import { runFolders } from '../helper/run-files.ts'

runFolders('.test.ts', 'test/http', 'test/http-ops')
