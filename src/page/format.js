const whole = new Intl.NumberFormat('en-US')

export function count(number) {
  return whole.format(number)
}

/** `1 event`, `12,345 events`. */
export function counted(number, one, many = `${one}s`) {
  return `${count(number)} ${number === 1 ? one : many}`
}

/** `8 ms`, `1.2 s`, `12 min`, `3 h`, `2 d`. */
export function duration(seconds) {
  if (seconds < 0.001) return '0 ms'
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  if (seconds < 60) return `${Math.round(seconds)} s`
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min`
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)} h`
  return `${Math.floor(seconds / 86_400)} d`
}

/** How long ago, by this device's clock, which may be a little off. */
export function ago(iso) {
  const seconds = (Date.now() - Date.parse(iso)) / 1000
  if (seconds < 5) return 'just now'
  return seconds < 60 ? `${Math.floor(seconds)} s ago` : `${duration(seconds)} ago`
}

const two = (number) => String(number).padStart(2, '0')

/** `12:34:56` today, `10-01 12:34:56` before; with the year where it is another. */
export function time(iso, { milliseconds = false } = {}) {
  const at = new Date(iso)
  const now = new Date()
  const clock = [at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(':')
  const exact = milliseconds ? `${clock}.${String(at.getMilliseconds()).padStart(3, '0')}` : clock
  if (at.toDateString() === now.toDateString()) return exact
  const day = `${two(at.getMonth() + 1)}-${two(at.getDate())}`
  return at.getFullYear() === now.getFullYear() ? `${day} ${exact}` : `${at.getFullYear()}-${day} ${exact}`
}

/** The last characters of an id, which tell it from its neighbours: the first ones are its time. */
export function shortId(id) {
  return `…${id.slice(-8)}`
}
