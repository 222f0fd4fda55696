import { readdirSync } from 'node:fs'
import { runParts } from './tap.ts'

/**
 * Runs test files in one process, one after the other: to load the application and to warm it up is most of the time
 * of a small file's tests. Each file has databases of its own all the same, and can be run alone.
 * @param paths below the project, as in `test/http/flood.test.ts`.
 */
export function runFiles(paths: readonly string[]): void {
  runParts(paths.map((path) => [path, () => import(new URL(`../../${path}`, import.meta.url).href)]))
}

/** Runs the files of folders as `runFiles` does. @param ending of their names, as in `.test.ts`. */
export function runFolders(ending: string, ...folders: readonly string[]): void {
  runFiles(folders.flatMap((folder) => filesOf(folder, (name) => name.endsWith(ending))))
}

/** The paths of a folder's files, in order. */
export function filesOf(folder: string, isChosen: (name: string) => boolean): string[] {
  const names = readdirSync(new URL(`../../${folder}/`, import.meta.url))
  return names
    .filter(isChosen)
    .sort()
    .map((name) => `${folder}/${name}`)
}
