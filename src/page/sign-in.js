import { signIn } from './api.js'
import { byId, setText } from './dom.js'

let whenDone = () => {}

/** Shows the form; `reason` says why it is there, where that is not plain. */
export function startSignIn({ reason, done }) {
  whenDone = done
  byId('sign-in').hidden = false
  setText(byId('token-error'), reason)
  byId('token').value = ''
  byId('token').focus()
}

byId('sign-in-form').addEventListener('submit', async (event) => {
  event.preventDefault()
  const field = byId('token')
  const button = event.target.querySelector('button')
  const token = field.value.trim()
  if (!/^[\x21-\x7e]+$/.test(token))
    return refuse('A token has letters, digits and signs, and no spaces in it.')
  button.disabled = true
  try {
    await signIn(token)
    setText(byId('token-error'), '')
    field.removeAttribute('aria-invalid')
    field.value = ''
    whenDone()
    byId('main').focus({ preventScroll: true })
  } catch (error) {
    refuse(error.status === 401 ? 'This is not the token. It is the value of OPS_TOKEN.' : error.message)
  } finally {
    button.disabled = false
  }
})

function refuse(text) {
  setText(byId('token-error'), text)
  byId('token').setAttribute('aria-invalid', 'true')
  byId('token').select()
}
