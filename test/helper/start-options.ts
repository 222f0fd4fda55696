import { readFileSync } from 'node:fs'

/** What `npm start` tells Node besides the program: whoever is measured, or held to a limit, is run with it. */
export const startOptions = readStartOptions()

function readStartOptions(): string[] {
  const file = new URL('../../package.json', import.meta.url)
  const { scripts } = JSON.parse(readFileSync(file, 'utf8')) as { scripts: { start: string } }
  const options = /^node (.*)src\/main\.ts$/.exec(scripts.start)?.[1]
  if (options === undefined)
    throw new Error(`npm start is not as tests and benchmarks run it: ${scripts.start}`)
  return options.split(' ').filter(Boolean)
}
