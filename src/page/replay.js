import { post } from './api.js'
import { byId, h, setText, toast } from './dom.js'
import { count, counted } from './format.js'

/** Tells the page that something was replayed. */
function announce() {
  document.dispatchEvent(new CustomEvent('replayed'))
}

/** Replays one event at once: it is safe, and the page shows what comes of it. @returns whether it was done. */
export async function replayOne(id) {
  try {
    await post(`/events/${id}/replay`)
    toast('Replayed: it waits for a worker.')
    announce()
    return true
  } catch (error) {
    toast(`Not replayed: ${error.message}`, true)
    return false
  }
}

/**
 * Asks, with the number as it is now, and replays the failures that a filter matches. The end of the filter is the
 * moment of asking, so no more than what was agreed to is replayed.
 * @param what says in words which failures they are.
 */
export async function replayFailures(filter, what) {
  let counting
  try {
    counting = await post('/failures/replay', { ...filter, dryRun: true })
  } catch (error) {
    toast(`Not replayed: ${error.message}`, true)
    return
  }
  const { matched, until } = counting
  if (matched === 0) {
    toast('There is nothing left to replay.')
    announce()
    return
  }
  confirm(matched, what, (onProgress) => replayAll({ ...filter, until }, matched, onProgress))
}

/** The server replays so many by one request; the rest is asked for again. @returns how many were replayed. */
async function replayAll(filter, matched, onProgress) {
  let replayed = 0
  for (;;) {
    const answer = await post('/failures/replay', filter)
    replayed += answer.replayed
    onProgress(Math.min(replayed, matched))
    if (answer.remaining === 0 || answer.replayed === 0) return replayed
  }
}

function confirm(matched, what, act) {
  const dialog = byId('confirm')
  const events = counted(matched, 'event')
  const cancel = h('button', { type: 'button', onclick: () => dialog.close() }, 'Cancel')
  const go = h('button', { type: 'button', class: 'primary', onclick: start }, `Replay ${events}`)
  // Without a value it moves: the first answer may be that to all of them.
  const progress = h('progress', { max: matched, hidden: true, 'aria-label': 'Replayed' })
  const note = h('p', { class: 'quiet', role: 'status' })
  dialog.replaceChildren(
    h('h2', { id: 'confirm-title' }, `Replay ${events}?`),
    h(
      'div',
      { id: 'confirm-text' },
      h('p', { class: 'what' }, what),
      h(
        'p',
        { class: 'quiet' },
        'Each is tried again from its first attempt. The rows end the same however often that is done.',
      ),
    ),
    progress,
    note,
    h('div', { class: 'buttons' }, cancel, go),
  )
  dialog.showModal()
  cancel.focus()

  async function start() {
    cancel.disabled = true
    go.disabled = true
    dialog.oncancel = (event) => event.preventDefault()
    progress.hidden = false
    setText(note, 'Replaying…')
    try {
      const replayed = await act((done) => {
        progress.value = done
        setText(note, `${count(done)} of ${count(matched)}`)
      })
      dialog.close()
      toast(`${counted(replayed, 'event')} replayed.`)
    } catch (error) {
      setText(note, `It stopped: ${error.message} What was replayed so far stays so.`)
      cancel.textContent = 'Close'
      cancel.disabled = false
      cancel.focus()
    } finally {
      dialog.oncancel = null
      announce()
    }
  }
}
