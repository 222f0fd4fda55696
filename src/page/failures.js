import { get } from './api.js'
import { byId, h, keep, setText } from './dom.js'
import { openEvent } from './event.js'
import { ago, count, counted, time } from './format.js'
import { replayFailures, replayOne } from './replay.js'
import { searchFor } from './search.js'

/** Events shown of a group that is opened; the search has the rest. */
const NEWEST = 5
/** Groups shown before somebody asks for all: what is below them should stay in reach. */
const KINDS = 8

/** What the API takes for a group: an empty text for failures without an error. */
const filterOf = ({ type, error }) => ({ type, error: error ?? '' })
const keyOf = ({ type, error }) => JSON.stringify([type, error])

const list = byId('failure-groups')
let shown = { total: 0, groups: [] }
let areAllShown = false

byId('more-kinds').addEventListener('click', () => {
  areAllShown = true
  const next = list.children.length
  showFailures(shown)
  list.children[next]?.querySelector('button').focus()
})
byId('replay-all').addEventListener('click', () => replayFailures({}, 'All that have failed up to now.'))

export function showFailures(failures) {
  shown = failures
  const { total, groups } = failures
  const isEmpty = total === 0
  setText(byId('failures-total'), isEmpty ? '' : count(total))
  setText(byId('failures-empty'), 'Nothing has failed.')
  byId('failures-empty').hidden = !isEmpty
  list.hidden = isEmpty
  byId('replay-all').hidden = isEmpty
  setText(byId('replay-all'), `Replay all ${count(total)}…`)
  const some = groups.filter((group, index) => areAllShown || index < KINDS || isInUse(group))
  keep(list, some, keyOf, createGroup, updateGroup)
  const more = groups.length - some.length
  byId('more-kinds').hidden = more === 0
  setText(byId('more-kinds'), `Show ${counted(more, 'more kind')}`)
  const rare = total - groups.reduce((sum, group) => sum + group.count, 0)
  byId('rare-kinds').hidden = rare <= 0
  setText(
    byId('rare-kinds'),
    `${counted(rare, 'failure')} of other kinds are not listed here: find them below, by the status “failed”.`,
  )
}

/** What somebody reads must not go away because newer kinds have come. */
function isInUse(group) {
  const element = [...list.children].find(({ dataset }) => dataset.key === keyOf(group))
  if (element === undefined) return false
  return element.contains(document.activeElement) || element.querySelector('[aria-expanded="true"]') !== null
}

/** Says why nothing is there, until failures were shown for the first time. */
export function showNoFailures(reason) {
  if (list.hidden && shown.groups.length === 0) setText(byId('failures-empty'), reason)
}

function createGroup(group) {
  const events = h('ol', {
    class: 'group-events',
    hidden: true,
    'aria-label': 'Newest failures of this kind',
  })
  const toggle = h(
    'button',
    {
      type: 'button',
      class: 'group-toggle',
      'aria-expanded': 'false',
      onclick: () => toggleGroup(toggle, events, group),
    },
    h('span', { class: 'count' }),
    h('span', { class: 'type' }, group.type),
    h('span', { class: 'when quiet' }),
    h('span', { class: 'error-text' }, group.error ?? 'no error told'),
  )
  const replay = h('button', {
    type: 'button',
    class: 'replay',
    onclick: () => replayFailures(filterOf(group), `${group.type}: ${group.error ?? 'no error told'}`),
  })
  return h('li', { class: 'group' }, toggle, replay, events)
}

function updateGroup(element, group) {
  const number = element.querySelector('.count')
  const isChanged = number.textContent !== count(group.count) || element.dataset.last !== group.lastFailedAt
  setText(number, count(group.count))
  setText(element.querySelector('.replay'), `Replay ${count(group.count)}…`)
  element
    .querySelector('.replay')
    .setAttribute('aria-label', `Replay ${counted(group.count, 'event')}: ${group.type}`)
  const since = group.count > 1 ? ` · since ${time(group.firstFailedAt)}` : ''
  setText(element.querySelector('.when'), `newest ${ago(group.lastFailedAt)}${since}`)
  element.dataset.last = group.lastFailedAt
  const events = element.querySelector('.group-events')
  if (isChanged && !events.hidden) loadEvents(events, group)
}

function toggleGroup(toggle, events, group) {
  const isOpen = events.hidden
  events.hidden = !isOpen
  toggle.setAttribute('aria-expanded', String(isOpen))
  if (isOpen) loadEvents(events, group)
}

async function loadEvents(list, group) {
  if (list.children.length === 0) list.append(h('li', { class: 'quiet', 'data-key': 'note' }, 'Loading…'))
  try {
    const { events, next } = await get('/events', { ...filterParameters(group), limit: NEWEST })
    const items = next === null ? events : [...events, { id: 'all' }]
    keep(
      list,
      items,
      ({ id }) => id,
      (event) => (event.id === 'all' ? allLine(group) : eventLine(event)),
      () => {},
    )
  } catch (error) {
    list.replaceChildren(h('li', { class: 'error' }, error.message))
  }
}

function filterParameters({ type, error }) {
  // An empty parameter would be left out; failures without an error are found by their type.
  return { status: 'failed', type, error: error ?? undefined }
}

function eventLine({ id, failedAt, attempts, providerEventId }) {
  return h(
    'li',
    {},
    h(
      'button',
      { type: 'button', class: 'link', onclick: () => openEvent(id) },
      h('time', { datetime: failedAt }, time(failedAt)),
    ),
    h('span', { class: 'quiet' }, `${counted(attempts, 'attempt')}`),
    h('code', { class: 'quiet id', title: id }, providerEventId ?? id),
    h(
      'button',
      { type: 'button', 'aria-label': `Replay the event of ${time(failedAt)}`, onclick: () => replayOne(id) },
      'Replay',
    ),
  )
}

function allLine(group) {
  return h(
    'li',
    {},
    h(
      'button',
      { type: 'button', class: 'link', onclick: () => searchFor(filterParameters(group)) },
      'All of them',
    ),
  )
}
