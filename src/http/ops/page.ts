import { readdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'

const PAGE_FOLDER = fileURLToPath(new URL('../../page', import.meta.url))
const CHART_FOLDER = dirname(fileURLToPath(import.meta.resolve('uplot/dist/uPlot.iife.min.js')))
const CHART_FILES = ['uPlot.iife.min.js', 'uPlot.min.css']

/**
 * The operators' page: the files of src/page as they are, and the chart library's own. They hold no data, so they
 * need no token; the page asks for one.
 */
export async function opsPage(scope: FastifyInstance): Promise<void> {
  // Only `sendFile`: routes are given one by one, so nothing else of the folders can be asked for.
  await scope.register(fastifyStatic, { root: PAGE_FOLDER, serve: false, cacheControl: false })
  const serve = (path: string, file: string, folder: string) =>
    scope.get(path, { schema: { hide: true } }, (_request, reply) => reply.sendFile(file, folder))

  serve('/', 'index.html', PAGE_FOLDER)
  for (const file of readdirSync(PAGE_FOLDER)) serve(`/${file}`, file, PAGE_FOLDER)
  for (const file of CHART_FILES) serve(`/${file}`, file, CHART_FOLDER)
}
