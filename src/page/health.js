import { byId, h, keep, setText } from './dom.js'
import { count, duration } from './format.js'

/** The tab shows the state too: its colours are those of app.css. */
const ICON_COLOURS = { well: '#2e7d46', attention: '#c77700', trouble: '#c62828', unknown: '#808a92' }
const TITLES = { well: '', attention: 'Failures', trouble: 'Trouble', unknown: 'No answer' }
const QUEUE_NAMES = {
  'openphone-events': 'events',
  'openphone-dead': 'dead letters',
  'openphone-retention': 'retention',
}

let shownLevel

export function showHealth({ level, sentence, problems, queues }) {
  showLevel(level)
  showSentences(problems.length > 0 ? problems : [sentence])
  showQueues(queues)
}

/** Says that nothing is known now: what is on the page may be old. */
export function showUnknown(reason) {
  showLevel('unknown')
  showSentences([`${reason} What is below may be old; it is asked again every few seconds.`])
}

function showLevel(level) {
  if (level === shownLevel) return
  shownLevel = level
  byId('health').dataset.level = level
  document.title = TITLES[level] === '' ? 'openphone-pipeline' : `${TITLES[level]} · openphone-pipeline`
  const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><circle cx="8" cy="8" r="7" fill="${ICON_COLOURS[level]}"/></svg>`
  byId('icon').href = `data:image/svg+xml,${encodeURIComponent(icon)}`
}

function showSentences(sentences) {
  const element = byId('health-text')
  const text = sentences.join('\n')
  // Unchanged, it must not be read out again.
  if (element.dataset.text === text) return
  element.dataset.text = text
  element.replaceChildren(...sentences.map((sentence) => h('p', {}, sentence)))
}

function showQueues(lines) {
  const queues = Map.groupBy(lines, ({ queue }) => queue)
  keep(
    byId('queues'),
    [...queues],
    ([name]) => name,
    ([name]) => {
      const cells = ['created', 'retry', 'active', 'oldest'].map((column) =>
        h('td', { 'data-column': column }),
      )
      return h('tr', {}, h('th', { scope: 'row', title: name }, QUEUE_NAMES[name] ?? name), ...cells)
    },
    (row, [, states]) => {
      const cell = (column) => row.querySelector(`[data-column="${column}"]`)
      for (const column of ['created', 'retry', 'active']) {
        const jobs = states.find(({ state }) => state === column)?.jobs ?? 0
        setText(cell(column), count(jobs))
        cell(column).classList.toggle('zero', jobs === 0)
      }
      const ages = states.map(({ oldestAgeSeconds }) => oldestAgeSeconds).filter((age) => age !== null)
      setText(cell('oldest'), ages.length === 0 ? '–' : duration(Math.max(...ages)))
      cell('oldest').classList.toggle('zero', ages.length === 0)
    },
  )
}
