import { get } from './api.js'
import { byId, h, keep, setText } from './dom.js'
import { openEvent } from './event.js'
import { count, counted, duration, time } from './format.js'

const form = byId('search-form')
const results = byId('results')

/** Requests that follow one another by themselves while nothing was found; then a person says whether to go on. */
const FRUITLESS_MAX = 16
/** The list that shows by itself what comes in. */
const NEWEST = 20

/** What is shown: `next` is where it goes on; each search makes the answers to those before it void. */
let shown = { parameters: {}, events: [], next: null, lookedBackTo: null, run: 0 }

export async function startSearch() {
  setText(byId('zone'), Intl.DateTimeFormat().resolvedOptions().timeZone)
  if (byId('types').children.length > 0) return
  // Only suggestions: without them a type can still be typed.
  const { types } = await get('/types').catch(() => ({ types: [] }))
  byId('types').replaceChildren(...types.map((type) => h('option', { value: type })))
}

/** Keeps the newest events up to date, unless something was searched for or somebody is in the middle of them. */
export async function refreshNewest() {
  const isInUse = results.matches(':hover') || results.contains(document.activeElement)
  if (Object.keys(shown.parameters).length > 0 || shown.events.length > NEWEST || isInUse) return
  const { run } = shown
  const page = await get('/events', { limit: NEWEST })
  if (run === shown.run) show({ ...shown, ...page })
}

/** Searches for what another part of the page points to, and goes there. */
export function searchFor({ error, ...fields }) {
  form.reset()
  for (const [name, value] of Object.entries(fields))
    if (value !== undefined) form.elements[name].value = value
  showErrorFilter(error)
  byId('search').scrollIntoView({ block: 'start' })
  form.elements.search.focus({ preventScroll: true })
  return search()
}

form.addEventListener('submit', (event) => {
  event.preventDefault()
  search()
})
form.addEventListener('reset', () => {
  showErrorFilter(undefined)
  // The fields are cleared only after this event.
  setTimeout(search)
})
byId('more').addEventListener('click', () => goOn(shown.parameters, shown.events.length))

/** An error to search by is too long for a field: it is shown as a line that can be taken away. */
function showErrorFilter(error) {
  form.querySelector('.error-filter')?.remove()
  if (error === undefined) return
  const remove = h('button', { type: 'button', onclick: () => showErrorFilter(undefined) }, 'Any error')
  form.append(
    h('p', { class: 'error-filter wide', 'data-error': error }, h('span', {}, `Error: ${error}`), remove),
  )
}

function parametersOf() {
  const data = Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, value.trim()]))
  const error = form.querySelector('.error-filter')?.dataset.error
  const parameters = {
    ...data,
    since: data.since && new Date(data.since).toISOString(),
    until: data.until && new Date(data.until).toISOString(),
    error,
  }
  return Object.fromEntries(Object.entries(parameters).filter(([, value]) => value))
}

async function search() {
  const parameters = parametersOf()
  if (parameters.since >= parameters.until) {
    setText(byId('search-error'), '“From” must be before “To”.')
    return
  }
  shown = { parameters, events: [], next: null, lookedBackTo: null, run: shown.run + 1 }
  setText(byId('search-error'), '')
  showKnown(parameters.search, shown.run)
  await goOn(parameters, 0)
}

/** Loads the next page, and more of them while they hold nothing new. */
async function goOn(parameters, countBefore) {
  const { run } = shown
  byId('results-empty').hidden = true
  byId('more').disabled = true
  results.setAttribute('aria-busy', 'true')
  try {
    for (let fruitless = 0; fruitless < FRUITLESS_MAX; fruitless += 1) {
      const since = shown.lookedBackTo
      setText(
        byId('results-note'),
        since === null ? 'Searching…' : `Searching… back to ${time(since)} so far`,
      )
      const page = await get('/events', { ...parameters, cursor: shown.next ?? undefined })
      // Another search has begun meanwhile.
      if (run !== shown.run) return
      const events = [
        ...new Map([...shown.events, ...page.events].map((event) => [event.id, event])).values(),
      ]
      show({ ...shown, ...page, events })
      if (page.next === null || events.length > countBefore) break
    }
  } catch (error) {
    if (run !== shown.run) return
    setText(byId('results-note'), '')
    setText(byId('search-error'), error.message)
    if (shown.events.length === 0) results.hidden = true
  } finally {
    if (run === shown.run) {
      byId('more').disabled = false
      results.removeAttribute('aria-busy')
    }
  }
}

function show(next) {
  shown = next
  const { events, lookedBackTo } = shown
  const isSearch = Object.keys(shown.parameters).length > 0
  keep(results, events, ({ id }) => id, createRow, updateRow)
  results.hidden = events.length === 0
  byId('results-empty').hidden = events.length > 0
  const further = lookedBackTo === null ? '' : `, looked back to ${time(lookedBackTo)}`
  setText(
    byId('results-empty'),
    isSearch ? `No event matches${further}.${hintFor(shown.parameters.search)}` : 'No event has come yet.',
  )
  setText(
    byId('results-note'),
    isSearch
      ? `${counted(events.length, 'event')} found${further}`
      : events.length > 0
        ? `The newest ${count(events.length)}, as they come`
        : '',
  )
  byId('more').hidden = shown.next === null
}

/** A part of a number is no number, and would be looked for as an id. */
function hintFor(text = '') {
  const digits = text.replace(/\D/g, '').length
  const isPart = /^[+\d\s().-]+$/.test(text) && digits < 10
  return isPart ? ' A phone number must be whole, as in +1 415 555 0123.' : ''
}

function createRow({ id, type }) {
  return h(
    'li',
    {},
    h(
      'button',
      { type: 'button', class: 'row', onclick: () => openEvent(id) },
      h('time'),
      h('span', { class: 'type' }, type),
      h('span', { class: 'status' }),
      h('span', { class: 'detail quiet' }),
    ),
  )
}

function updateRow(row, event) {
  // The time that the list is in the order of.
  const at = shown.parameters.status === 'failed' ? event.failedAt : event.receivedAt
  const clock = row.querySelector('time')
  clock.dateTime = at
  clock.title = at
  setText(clock, time(at))
  const status = row.querySelector('.status')
  status.dataset.status = event.status
  setText(status, event.status)
  setText(row.querySelector('.detail'), detailOf(event))
}

function detailOf({ status, attempts, error, receivedAt, processedAt }) {
  if (status === 'failed') return error ?? ''
  const tries = attempts > 1 ? ` at attempt ${attempts}` : ''
  if (processedAt !== null)
    return `after ${duration((Date.parse(processedAt) - Date.parse(receivedAt)) / 1000)}${tries}`
  return attempts === 0 ? 'waits' : `${counted(attempts, 'attempt')} failed: ${error ?? ''}`
}

/** Beside the events: who a number is and what is known of it, from the tables. */
async function showKnown(text, run) {
  const place = byId('known')
  place.hidden = true
  if (text === undefined) return
  const known = await get('/objects', { search: text }).catch(() => undefined)
  if (run !== shown.run || known === undefined) return
  const { search: sought, contact, objects } = known
  if (objects.length === 0 && contact === null) return
  const name = [contact?.name, contact?.company].filter(Boolean).join(', ')
  const objectLine = (object) =>
    h(
      'li',
      {},
      h('time', { datetime: object.at, title: object.at }, time(object.at)),
      h('span', {}, [object.direction, object.table.replace('_', ' ')].filter(Boolean).join(' ')),
      h('span', { class: 'quiet' }, object.status ?? ''),
      h(
        'button',
        {
          type: 'button',
          class: 'link',
          'aria-label': `Events of ${object.table} ${object.id}`,
          onclick: () => searchFor({ search: object.id }),
        },
        h('code', {}, object.id),
      ),
    )
  place.replaceChildren(
    h(
      'h3',
      {},
      sought.kind === 'number' ? `${sought.text} ${name === '' ? '' : `· ${name}`}` : 'In the tables',
    ),
    objects.length === 0
      ? h('p', { class: 'quiet' }, 'No message, call or voicemail is known.')
      : h(
          'ol',
          { 'aria-label': 'Messages, calls and voicemails, the newest first' },
          ...objects.map(objectLine),
        ),
  )
  place.hidden = false
}
