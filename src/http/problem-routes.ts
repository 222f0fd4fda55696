import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox'
import { HttpProblem } from './problem.ts'
import { PROBLEMS } from './problem-catalogue.ts'

const entries = new Map(Object.entries(PROBLEMS))

const Entry = Type.Object({
  type: Type.String(),
  status: Type.Integer(),
  title: Type.String(),
  meaning: Type.String(),
})

/** Says what a problem's `type` means, at the address that the `type` is. */
export const problemRoutes: FastifyPluginAsyncTypebox = async (scope) => {
  scope.get(
    '/problems/:kind',
    {
      schema: {
        summary: 'What a kind of problem means and what to do about it',
        tags: ['operation'],
        params: Type.Object({ kind: Type.String() }),
        response: { 200: { description: 'The kind.', content: { 'application/json': { schema: Entry } } } },
      },
    },
    ({ params }) => {
      const entry = entries.get(params.kind)
      if (entry === undefined) throw new HttpProblem('not-found', 'There is no kind of problem of that name.')
      return { type: `/problems/${params.kind}`, ...entry }
    },
  )
}
