/**
 * The environment variables, with those of `.env` in the current folder beneath them. Node's own
 * `--env-file-if-exists` does the same but says so on every start without the file.
 */
export function readEnvironment(): NodeJS.ProcessEnv {
  try {
    process.loadEnvFile()
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
  }
  return process.env
}
