import type { Registry } from '../../src/events/registry.ts'
import { type Sample, type Shape, shapes } from '../../src/samples/index.ts'
import { translateSample } from './translate-sample.ts'

/** README's table of event types, worked out from the translators and the samples. */
export function eventTypesTable(registry: Registry, samples: readonly Sample[]): string {
  const lines = [...registry.translators.keys()].map((type) => {
    const own = samples.filter((sample) => sample.type === type)
    const cells = shapes.map((shape) => versionsIn(own, shape))
    const kinds = own.flatMap((sample) => (translateSample(registry, sample) ?? []).map(({ kind }) => kind))
    const tables = registry.handlers.map(({ kind }) => kind).filter((kind) => kinds.includes(kind))
    return `| \`${type}\` | ${cells.join(' | ')} | ${tables.map((table) => `\`${table}\``).join(', ')} |`
  })
  return ['| type | current | legacy | flat | rows in |', '| --- | --- | --- | --- | --- |', ...lines].join(
    '\n',
  )
}

/** Whether there is a sample in the shape; of the legacy one its first and last version: `v2–v4`. */
function versionsIn(samples: readonly Sample[], shape: Shape): string {
  const versions = samples.filter((sample) => sample.shape === shape).map(({ version }) => version)
  const [first] = versions.sort()
  const last = versions.at(-1)
  if (first === undefined || last === undefined) return '–'
  if (shape !== 'legacy') return '✓'
  return first === last ? first : `${first}–${last}`
}
