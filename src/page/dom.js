/** The element of an id that index.html has. */
export function byId(id) {
  const element = document.getElementById(id)
  if (element === null) throw new Error(`index.html has no #${id}`)
  return element
}

/**
 * Makes an element. Properties beginning with `on` are listeners, `class` and the like attributes; false, null and
 * undefined are left out. Children are elements or texts, never markup.
 */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(properties)) {
    if (value === false || value === null || value === undefined) continue
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value)
    else element.setAttribute(name, value === true ? '' : String(value))
  }
  element.append(
    ...children.flat().filter((child) => child !== null && child !== undefined && child !== false),
  )
  return element
}

/** Sets a text only where it changes, so that nothing is announced or selected anew. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text
}

/**
 * Brings a list's children in line with items, by key: an item that stays keeps its element, and with it the focus
 * and whatever is open in it.
 */
export function keep(list, items, keyOf, create, update) {
  const present = new Map([...list.children].map((child) => [child.dataset.key, child]))
  const focused = list.contains(document.activeElement) ? document.activeElement : null
  let previous = null
  for (const item of items) {
    const key = keyOf(item)
    const element = present.get(key) ?? create(item)
    present.delete(key)
    element.dataset.key = key
    update(element, item)
    const wanted = previous === null ? list.firstElementChild : previous.nextElementSibling
    if (element !== wanted) list.insertBefore(element, wanted)
    previous = element
  }
  for (const gone of present.values()) gone.remove()
  // An element that is moved loses the focus.
  if (focused !== document.activeElement) focused?.focus({ preventScroll: true })
}

let toastTimer

/** Says something for some seconds, above whatever is open. */
export function toast(text, isError = false) {
  const element = byId('toast')
  clearTimeout(toastTimer)
  element.classList.toggle('bad', isError)
  // Shown anew, it goes above a dialog that was opened since.
  if (element.matches(':popover-open')) element.hidePopover()
  element.showPopover()
  element.textContent = text
  toastTimer = setTimeout(() => element.hidePopover(), isError ? 12_000 : 6_000)
}
