import { readFile, writeFile } from 'node:fs/promises'

const readme = new URL('../../README.md', import.meta.url)

/** What stands in README.md between `<!-- name -->` and `<!-- /name -->`. @throws Error when they are not there. */
export async function readReadmePart(name: string): Promise<string> {
  const [, part] = await split(name)
  return part
}

/** Puts a text there instead. */
export async function writeReadmePart(name: string, text: string): Promise<void> {
  const [before, , after] = await split(name)
  await writeFile(readme, `${before}${text}\n${after}`)
}

/** What is before, between and after the markers of a part. */
async function split(name: string): Promise<[before: string, part: string, after: string]> {
  const text = await readFile(readme, 'utf8')
  const marker = `<!-- ${name} -->\n`
  const start = text.indexOf(marker) + marker.length
  const end = text.indexOf(`<!-- /${name} -->`)
  if (start < marker.length || end < start) throw new Error(`README.md has no part marked ${marker.trim()}`)
  return [text.slice(0, start), text.slice(start, end), text.slice(end)]
}
