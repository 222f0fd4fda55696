/**
 * What to do about an error that comes from the database's surroundings and not from a statement; undefined
 * for any other. The password is never told.
 */
export function databaseTrouble(error: unknown, databaseUrl: string): string | undefined {
  if (!(error instanceof Error)) return undefined
  const where = placeOf(databaseUrl)
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  if (
    /^(ECONN|ENOTFOUND|EHOST|ENET|ETIMEDOUT|EAI_|ENOPRIMARY)/.test(code) ||
    /timeout exceeded when trying to connect|Connection terminated/.test(error.message)
  ) {
    return `No database answers at ${where} (${code || error.message}). Is it running, and is DATABASE_URL right?`
  }
  if (/^28/.test(code)) {
    return `The database at ${where} does not let this user in: ${error.message}. Mend the user or password in DATABASE_URL.`
  }
  if (code === '3D000') {
    return `There is no such database at ${where}. Mend DATABASE_URL, or create it and run \`npm run migrate\`.`
  }
  if (/^57P0[1-3]$|^53300$/.test(code)) {
    return `The database at ${where} takes no connections now: ${error.message}. Try again in a moment.`
  }
  if (code === '42501') {
    return `This database user may not do that: ${error.message}. sql/roles.sql has roles that may look, and that may act.`
  }
  return undefined
}

/** `host:port/database`. */
function placeOf(databaseUrl: string): string {
  const url = URL.parse(databaseUrl)
  return url === null ? 'DATABASE_URL' : `${url.host}${url.pathname}`
}
