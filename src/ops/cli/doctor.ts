import { examine } from '../doctor/examine.ts'
import type { Finding } from '../doctor/finding.ts'
import { exitCodes } from './exit-codes.ts'

const marks = { ok: 'ok     ', notice: 'notice ', wrong: 'WRONG  ' } as const

export async function doctor({ json, url }: { json?: boolean; url?: string }): Promise<number> {
  const findings: Finding[] = []
  await examine({
    env: process.env,
    url,
    onFinding: (finding) => {
      findings.push(finding)
      if (!json) console.log(findingText(finding))
    },
  })
  const wrongs = findings.filter(({ level }) => level === 'wrong').length
  if (json) console.log(JSON.stringify({ ok: wrongs === 0, findings }))
  else console.log(`\n${summary(findings, wrongs)}`)
  return wrongs === 0 ? exitCodes.done : exitCodes.nothing
}

function findingText({ level, check, message, advice }: Finding): string {
  const line = `${marks[level]} ${check}: ${message.replaceAll('\n', '\n          ')}`
  return advice === null ? line : `${line}\n        → ${advice}`
}

function summary(findings: readonly Finding[], wrongs: number): string {
  if (wrongs > 0) return `${wrongs} to be mended.`
  const isAllWell = findings.every(({ level }) => level === 'ok')
  return isAllWell ? 'All is well.' : 'Nothing is wrong, but see what is to be noticed.'
}
