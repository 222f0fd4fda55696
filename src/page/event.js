import { get } from './api.js'
import { byId, h, setText, toast } from './dom.js'
import { counted, duration, time } from './format.js'
import { layOut } from './json-text.js'
import { Poll } from './poll.js'
import { replayOne } from './replay.js'

const dialog = byId('event')

/** While it is being worked on, what comes of it should be seen at once. */
const UNFINISHED_EVERY_MS = 1_000
const FINISHED_EVERY_MS = 10_000
/** Above it, keys are not marked: too many elements make a page slow. */
const MARKED_CHARACTERS = 100_000

const WORDS = {
  occurred: 'Happened, by the provider’s clock',
  received: 'Received',
  replayed: 'Replayed',
  'attempt-started': 'Attempt began',
  'attempt-failed': 'Attempt failed',
  'next-attempt': 'Next attempt is due',
  'job-ended': 'Job ended',
  processed: 'Processed',
  ignored: 'Ignored: no handler for its type',
  failed: 'Failed for good',
  'dead-lettered': 'Put with the dead letters',
}

let openId
let shownState
/** A second click while the first is under way would say so twice. */
let isReplaying = false
const poll = new Poll(refresh, () =>
  dialog.dataset.status === 'received' ? UNFINISHED_EVERY_MS : FINISHED_EVERY_MS,
)

/** Shows an event. Its address is that of the page with the event's id, so it can be passed on. */
export function openEvent(id) {
  history.pushState({ isOurs: true }, '', `#event=${id}`)
  show(id)
}

/** Shows the event that the address names, if it does. */
export function openFromAddress() {
  const [, id] = /^#event=([0-9a-f-]{36})$/i.exec(location.hash) ?? []
  if (id === undefined) dialog.close()
  else if (id !== openId) show(id)
}

export function watchAddress() {
  addEventListener('popstate', () => {
    if (!byId('board').hidden) openFromAddress()
  })
  dialog.addEventListener('close', () => {
    poll.stop()
    openId = undefined
    if (!location.hash.startsWith('#event=')) return
    if (history.state?.isOurs) history.back()
    else history.replaceState(null, '', location.pathname)
  })
  // Beside the sheet is the backdrop, which belongs to the dialog.
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close()
  })
}

function show(id) {
  openId = id
  shownState = undefined
  dialog.dataset.status = ''
  dialog.replaceChildren(
    h(
      'div',
      { class: 'sheet-inside' },
      h(
        'header',
        {},
        h('h2', { id: 'event-title', tabindex: '-1' }, 'Event'),
        h('button', { type: 'button', class: 'close', onclick: () => dialog.close() }, 'Close'),
      ),
      h('p', { id: 'event-stale', class: 'error', role: 'status' }),
      h('div', { id: 'event-body' }, h('p', { class: 'quiet', role: 'status' }, 'Loading…')),
    ),
  )
  if (!dialog.open) dialog.showModal()
  byId('event-title').focus()
  poll.stop()
  poll.start()
}

async function refresh() {
  const id = openId
  try {
    const history = await get(`/events/${id}`)
    if (id !== openId) return
    render(history)
    setText(byId('event-stale'), '')
  } catch (error) {
    if (id !== openId) return
    if (shownState !== undefined) setText(byId('event-stale'), `Not up to date: ${error.message}`)
    else byId('event-body').replaceChildren(h('p', { class: 'error', role: 'alert' }, error.message))
  }
}

/** The payload never changes; the rest is drawn anew only when it did. */
function render(history) {
  const { payload, ...changing } = history
  const state = JSON.stringify(changing)
  if (state === shownState) return
  if (shownState === undefined) {
    byId('event-body').replaceChildren(
      h('div', { id: 'event-state' }),
      h('section', { id: 'event-rows' }),
      payloadSection(payload),
    )
  }
  shownState = state
  const { event, rows } = changing
  dialog.dataset.status = event.status
  setText(byId('event-title'), event.type)
  byId('event-state').replaceChildren(...stateOf(history))
  byId('event-rows').replaceChildren(...rowsSection(rows, event))
  // What had the focus may have gone.
  if (!dialog.contains(document.activeElement)) byId('event-title').focus()
}

function stateOf({ event, timeline, deadLetter }) {
  const facts = [
    ['Id', h('code', {}, event.id)],
    event.providerEventId !== null && ['Provider’s id', h('code', {}, event.providerEventId)],
    ['Delivery', h('code', {}, event.dedupeKey)],
    event.apiVersion !== null && ['API version', event.apiVersion],
    deadLetter !== null && ['Dead letter', h('code', {}, deadLetter.id)],
  ]
  return [
    h(
      'p',
      { class: 'summary', role: 'status' },
      h('span', { class: 'status', 'data-status': event.status }, event.status),
      h('span', {}, summaryOf(event)),
      h(
        'button',
        { type: 'button', class: event.status === 'failed' ? 'primary' : '', onclick: replay },
        'Replay',
      ),
    ),
    event.error !== null &&
      h(
        'div',
        { class: event.status === 'processed' ? 'error-box over' : 'error-box' },
        h('strong', {}, event.status === 'processed' ? 'Last error, since overcome' : 'Error'),
        h('pre', {}, event.error),
      ),
    h('h3', {}, 'What happened'),
    h('ol', { class: 'timeline' }, ...timelineItems(withoutEchoes(timeline))),
    event.attempts > 1 &&
      h(
        'p',
        { class: 'quiet small' },
        `${counted(event.attempts, 'attempt')} in all; of each job only the last is kept.`,
      ),
    h(
      'dl',
      { class: 'facts' },
      ...facts.filter(Boolean).flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, value)]),
    ),
  ].filter(Boolean)
}

function summaryOf({ status, attempts, receivedAt, processedAt }) {
  const tries = counted(attempts, 'attempt')
  if (status === 'processed') {
    return `${duration((Date.parse(processedAt) - Date.parse(receivedAt)) / 1000)} after it came, ${tries}`
  }
  if (status === 'failed') return `after ${tries}`
  if (status === 'received') return attempts === 0 ? 'waits for a worker' : `${tries} failed, another follows`
  return 'stored, and nothing to do for its type'
}

async function replay() {
  if (isReplaying) return
  isReplaying = true
  await replayOne(openId)
  isReplaying = false
  poll.now()
}

/** A job's own end says once more what the event's says, and says it a moment later. */
function withoutEchoes(timeline) {
  const ends = new Set(timeline.map(({ what }) => what))
  return timeline.filter(({ what, detail }) => {
    if (what === 'attempt-failed') return !ends.has('failed')
    return what !== 'job-ended' || detail !== 'completed' || !(ends.has('processed') || ends.has('ignored'))
  })
}

function timelineItems(timeline) {
  return timeline.map(({ at, what, detail }, index) => {
    const before = timeline[index - 1]?.at
    const seconds = before === undefined ? 0 : (Date.parse(at) - Date.parse(before)) / 1000
    return h(
      'li',
      { 'data-what': what },
      h('time', { datetime: at, title: at }, time(at, { milliseconds: true })),
      h('span', { class: 'since quiet' }, seconds === 0 ? '' : `+${duration(seconds)}`),
      h(
        'span',
        { class: 'what' },
        WORDS[what] ?? what,
        detail === null ? null : h('span', { class: 'detail quiet' }, detail),
      ),
    )
  })
}

function rowsSection(rows, { status }) {
  const none = status === 'processed' ? 'It made none.' : 'None yet.'
  const rowItem = ({ table, id, row }) => {
    const known = row && Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null))
    return h(
      'details',
      {},
      h(
        'summary',
        {},
        h('span', { class: 'type' }, table),
        ' ',
        h('code', {}, id),
        row === null && h('span', { class: 'quiet' }, ' not there'),
      ),
      h('pre', {}, row === null ? 'No row of that id.' : JSON.stringify(known, null, 2)),
    )
  }
  return [
    h('h3', {}, 'Rows it made or changed, as they are now'),
    rows.length === 0 ? h('p', { class: 'quiet' }, none) : h('div', { class: 'rows' }, ...rows.map(rowItem)),
  ]
}

function payloadSection(payload) {
  const pieces = layOut(payload)
  const marked = pieces.map(({ text, isKey }) => (isKey ? h('span', { class: 'key' }, text) : text))
  const plain = pieces.map(({ text }) => text).join('')
  return h(
    'section',
    {},
    h(
      'div',
      { class: 'heading' },
      h('h3', {}, 'Payload'),
      h('button', { type: 'button', onclick: () => copy(payload) }, 'Copy as received'),
    ),
    h(
      'pre',
      { class: 'payload', tabindex: '0', 'aria-label': 'Payload' },
      ...(payload.length > MARKED_CHARACTERS ? [plain] : marked),
    ),
  )
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text)
    toast('Copied, to the byte as it was received.')
  } catch {
    toast('The browser does not let this page copy: it needs https or localhost.', true)
  }
}
