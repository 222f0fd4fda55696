import { callColumns } from '../../src/tables/call.ts'
import { contactNumberColumns } from '../../src/tables/contact-number.ts'
import { contactProfileColumns } from '../../src/tables/contact-profile.ts'
import type { Database } from '../../src/tables/database.ts'
import type { Columns } from '../../src/tables/merge/fold.ts'
import type { Rule } from '../../src/tables/merge/rule.ts'
import { messageColumns } from '../../src/tables/message.ts'
import { taskColumns } from '../../src/tables/task.ts'
import { voicemailColumns } from '../../src/tables/voicemail.ts'

/** By table; a table of Database that is missing here is an error of types. */
export const projections: Record<Exclude<keyof Database, 'webhook_event' | 'contact'>, Columns> = {
  message: messageColumns,
  call: callColumns,
  voicemail: voicemailColumns,
  task: taskColumns,
  contact_number: contactNumberColumns,
  contact_profile: contactProfileColumns,
}

/** README's table of the merge rule of every column, made from the rules themselves. */
export function mergeRulesTable(): string {
  const rows = Object.entries(projections).map(([table, columns]) => {
    const cells = (['settled', 'latest', 'furthest'] as const).map((rule) => columnsOf(columns, rule))
    return `| \`${table}\` | ${cells.join(' | ')} |`
  })
  return ['| table | settled | latest | furthest |', '| --- | --- | --- | --- |', ...rows].join('\n')
}

function columnsOf(columns: Columns, rule: Rule['rule']): string {
  const names = Object.entries(columns).filter(([, column]) => column.rule === rule)
  return names.map(([name]) => `\`${name}\``).join(', ') || '–'
}
