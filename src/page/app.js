import { get, isSignedIn, onRefused, signOut } from './api.js'
import { showThroughput } from './charts.js'
import { byId, setText } from './dom.js'
import { openFromAddress, watchAddress } from './event.js'
import { showFailures, showNoFailures } from './failures.js'
import { ago, time } from './format.js'
import { showHealth, showUnknown } from './health.js'
import { Poll } from './poll.js'
import { refreshNewest, startSearch } from './search.js'
import { startSignIn } from './sign-in.js'

const STATUS_EVERY_MS = 5_000
const CHARTS_EVERY_MS = { '1h': 15_000, '24h': 60_000 }

const status = new Poll(refreshStatus, STATUS_EVERY_MS)
const charts = new Poll(refreshCharts, () => CHARTS_EVERY_MS[range()])

function range() {
  return document.querySelector('input[name="range"]:checked').value
}

async function refreshStatus() {
  try {
    const [overview, failures] = await Promise.all([get('/overview'), get('/failures')])
    showHealth(overview)
    showFailures(failures)
    await refreshNewest()
    setText(byId('live'), `as of ${time(new Date().toISOString())}`)
    byId('live').classList.remove('stale')
  } catch (error) {
    showUnknown(error.message)
    showNoFailures('Not known.')
    byId('live').classList.add('stale')
  }
  for (const element of document.querySelectorAll('time[data-age]')) setText(element, ago(element.dateTime))
}

async function refreshCharts() {
  const asked = range()
  try {
    const { minutes } = await get('/throughput', { range: asked })
    if (asked === range()) showThroughput(minutes, asked)
  } catch (error) {
    for (const caption of ['rate-caption', 'lag-caption']) {
      setText(byId(caption), `Not up to date: ${error.message}`)
    }
  }
}

function showBoard() {
  byId('sign-in').hidden = true
  byId('board').hidden = false
  byId('sign-out').hidden = false
  status.start()
  charts.start()
  startSearch()
  openFromAddress()
}

function showSignIn(reason) {
  status.stop()
  charts.stop()
  for (const dialog of document.querySelectorAll('dialog[open]')) dialog.close()
  byId('board').hidden = true
  byId('sign-out').hidden = true
  setText(byId('live'), '')
  document.title = 'openphone-pipeline'
  startSignIn({ reason, done: showBoard })
}

for (const input of document.querySelectorAll('input[name="range"]')) {
  input.addEventListener('change', () => charts.now())
}
byId('sign-out').addEventListener('click', () => {
  signOut()
  // All that was shown goes too, and not only out of sight.
  location.replace(location.pathname)
})
// Whatever was done, the picture follows at once.
document.addEventListener('replayed', () => status.now())
document.addEventListener('keydown', (event) => {
  const isTyping =
    event.target.matches('input, select, textarea') || event.ctrlKey || event.metaKey || event.altKey
  if (event.key !== '/' || isTyping || byId('board').hidden || document.querySelector('dialog[open]')) return
  event.preventDefault()
  document.querySelector('#search-form [name="search"]').focus()
})

onRefused(() => showSignIn('The token is not taken any more. Sign in again.'))
watchAddress()
if (isSignedIn()) showBoard()
else showSignIn('')
