// No byte of a longer UTF-8 sequence has one of these values.
const quote = 0x22
const openBracket = 0x5b
const backslash = 0x5c
const closeBracket = 0x5d
const openBrace = 0x7b
const closeBrace = 0x7d

/**
 * Whether JSON text opens more than `levels` arrays and objects inside one another. Reads the bytes, so it
 * needs no stack, stops at the first bracket too many, and sees values that a repeated key would hide from
 * a look at the parsed result. Text that is not JSON gets either answer.
 */
export function isDeeperThan(levels: number, json: Buffer): boolean {
  let depth = 0
  let inString = false
  for (let index = 0; index < json.length; index++) {
    const byte = json[index]
    if (inString) {
      if (byte === backslash) index++
      else if (byte === quote) inString = false
    } else if (byte === quote) inString = true
    else if (byte === openBrace || byte === openBracket) {
      depth++
      if (depth > levels) return true
    } else if (byte === closeBrace || byte === closeBracket) depth--
  }
  return false
}
