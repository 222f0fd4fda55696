/**
 * Lays JSON out with an indent, token by token, without changing any: what was received is shown as it was, with its
 * spelling of numbers, its escapes and its repeated keys, which parsing would lose.
 * @returns {{ text: string, isKey: boolean }[]} pieces in order.
 */
export function layOut(json) {
  const pieces = []
  let depth = 0
  const newLine = () => `\n${'  '.repeat(depth)}`
  const push = (text, isKey = false) => {
    const last = pieces.at(-1)
    if (last !== undefined && !isKey && !last.isKey) last.text += text
    else pieces.push({ text, isKey })
  }
  const tokens = json.match(/"(?:[^"\\]|\\.)*"|[[\]{}:,]|[^\s"[\]{}:,]+/gs) ?? []
  tokens.forEach((token, index) => {
    const next = tokens[index + 1]
    if (token === '{' || token === '[') {
      depth += 1
      push(next === '}' || next === ']' ? token : token + newLine())
    } else if (token === '}' || token === ']') {
      depth -= 1
      const previous = tokens[index - 1]
      push(previous === '{' || previous === '[' ? token : newLine() + token)
    } else if (token === ',') push(token + newLine())
    else if (token === ':') push(': ')
    else push(token, next === ':')
  })
  return pieces
}
