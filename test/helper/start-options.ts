import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseEnv } from 'node:util'

const project = new URL('../../', import.meta.url)
const { options, environment } = readStart()

/** What `npm start` tells Node besides the program: whoever is measured, or held to a limit, is run with it. */
export const startOptions: readonly string[] = options

/** The variables that `npm start` sets. */
export const startEnvironment: Readonly<Record<string, string>> = environment

function readStart() {
  const { scripts } = JSON.parse(readFileSync(new URL('package.json', project), 'utf8'))
  const [, settings, flags] = /^((?:[A-Z_]+=\S+ )+)node (.*) src\/main\.ts$/.exec(scripts.start) ?? []
  const environment = parseEnv(settings?.replaceAll(' ', '\n') ?? '')
  const cache = environment.NODE_COMPILE_CACHE
  if (cache === undefined || flags === undefined)
    throw new Error(`npm start is not as tests and benchmarks run it: ${scripts.start}`)
  return {
    options: flags.split(' '),
    // Wherever the process runs.
    environment: { ...environment, NODE_COMPILE_CACHE: fileURLToPath(new URL(cache, project)) },
  }
}
