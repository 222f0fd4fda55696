import type { Registry } from '../../src/events/registry.ts'
import { type Sample, type Shape, shapes } from '../../src/samples/index.ts'
import type { DocumentedVersions } from '../helper/documented-types.ts'
import { translateSample } from './translate-sample.ts'

export interface Catalogue {
  readonly registry: Registry
  readonly samples: readonly Sample[]
  readonly documented: Readonly<Record<string, DocumentedVersions>>
}

/** What is missing around the registered event types: one line each, saying what to add and where. */
export function findGaps(catalogue: Catalogue): string[] {
  return [...new Set([...typeGaps(catalogue), ...sampleGaps(catalogue), ...translationGaps(catalogue)])]
}

/** Registered types that nobody wrote down, and types that nobody translates. */
function typeGaps({ registry, samples, documented }: Catalogue): string[] {
  const registered = new Set(registry.translators.keys())
  const listed = Object.keys(documented)
  const undocumented = [...registered].filter((type) => !listed.includes(type))
  const known = new Set([...listed, ...samples.map(({ type }) => type)])
  const untranslated = [...known].filter((type) => !registered.has(type))
  return [
    ...undocumented.map(
      (type) =>
        `${type}: not documented. Add the shapes and versions it is sent in to test/helper/documented-types.ts.`,
    ),
    ...untranslated.map(
      (type) =>
        `${type}: no translator. Write one in src/openphone/ and add ['${type}', <translator>] to src/openphone/index.ts.`,
    ),
  ]
}

function sampleGaps({ registry, samples, documented }: Catalogue): string[] {
  const hasSample = (type: string, shape?: Shape, version?: string) =>
    samples.some(
      (sample) =>
        sample.type === type &&
        (shape === undefined || sample.shape === shape) &&
        (version === undefined || sample.version === version),
    )
  return [...registry.translators.keys()].flatMap((type) => {
    const versions = documented[type]
    if (versions === undefined) {
      if (hasSample(type)) return []
      return `${type}: no sample. Build one in src/samples/<shape>/ and list it in src/samples/index.ts.`
    }
    return shapes.flatMap((shape) =>
      (versions[shape] ?? [])
        .filter((version) => !hasSample(type, shape, version))
        .map(
          (version) =>
            `${type}: no sample in shape ${shape}, version ${version}. Build one in src/samples/${shape}/ and list it in src/samples/index.ts.`,
        ),
    )
  })
}

/** Samples that their translator cannot use, and updates that nobody writes. */
function translationGaps({ registry, samples }: Catalogue): string[] {
  const written = new Set(registry.handlers.map(({ kind }) => kind))
  return samples.flatMap((sample) => {
    const { type, shape, version } = sample
    try {
      const updates = translateSample(registry, sample)
      if (updates?.length === 0) {
        return `${type}: the translator makes nothing of the sample in shape ${shape}, version ${version}. Mend the translator (src/openphone/index.ts names it) or the sample (src/samples/${shape}/).`
      }
      return (updates ?? [])
        .filter(({ kind }) => !written.has(kind))
        .map(
          ({ kind }) =>
            `${type}: no handler for updates of kind ${kind}. Add a table in sql/migrations/ and src/tables/, and { kind: '${kind}', upsert: <upsert> } to src/events/index.ts.`,
        )
    } catch (error) {
      return `${type}: the translator refuses the sample in shape ${shape}, version ${version} (${String(error)}). Mend the translator (src/openphone/index.ts names it) or the sample (src/samples/${shape}/).`
    }
  })
}
