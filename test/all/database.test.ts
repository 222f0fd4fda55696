import { runFolders } from '../helper/run-files.ts'

runFolders('.test.ts', 'test/db', 'test/outbox', 'test/retention', 'test/tables')
