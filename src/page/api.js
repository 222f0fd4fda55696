const TOKEN_KEY = 'openphone-pipeline.token'

/** An answer that is not what was asked for; `status` is 0 where there was none. */
export class ApiError extends Error {
  constructor(status, message) {
    super(message)
    this.name = 'ApiError'
    this.status = status
  }
}

// The tab's own storage: gone with the tab, and not shared with others.
let token = sessionStorage.getItem(TOKEN_KEY)
let whenRefused = () => {}

export function isSignedIn() {
  return token !== null
}

/** Called when the server does not take the token any more. */
export function onRefused(listener) {
  whenRefused = listener
}

/** @throws ApiError when the token is not taken; then nothing is kept. */
export async function signIn(given) {
  const answer = await request('/overview', { token: given })
  token = given
  sessionStorage.setItem(TOKEN_KEY, given)
  return answer
}

export function signOut() {
  token = null
  sessionStorage.removeItem(TOKEN_KEY)
}

/** Asks the API. Parameters that are empty are left out. */
export function get(path, parameters = {}) {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined && value !== null && value !== '') query.set(name, value)
  }
  return call(query.size === 0 ? path : `${path}?${query}`)
}

/** Posts to the API. */
export function post(path, body) {
  return call(path, { method: 'POST', body })
}

async function call(path, options) {
  if (token === null) throw new ApiError(401, 'Signed out.')
  try {
    return await request(path, { ...options, token })
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) {
      signOut()
      whenRefused()
    }
    throw error
  }
}

async function request(path, { method = 'GET', body, token: bearer }) {
  const headers = { authorization: `Bearer ${bearer}` }
  if (body !== undefined) headers['content-type'] = 'application/json'
  let response
  try {
    const init = { method, headers, signal: AbortSignal.timeout(60_000), credentials: 'omit' }
    response = await fetch(
      `/ops/api${path}`,
      body === undefined ? init : { ...init, body: JSON.stringify(body) },
    )
  } catch {
    throw new ApiError(0, 'The server does not answer.')
  }
  const answer = await response.json().catch(() => undefined)
  if (!response.ok)
    throw new ApiError(response.status, answer?.detail ?? `The server answered ${response.status}.`)
  if (answer === undefined) throw new ApiError(0, 'The answer was cut off.')
  return answer
}
