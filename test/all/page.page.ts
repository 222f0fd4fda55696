import { runFolders } from '../helper/run-files.ts'

runFolders('.page.ts', 'test/ops-page')
