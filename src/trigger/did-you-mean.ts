/** The names nearest to what was typed, equally near ones up to three; none where nothing is near. */
export function nearest(typed: string, names: readonly string[]): string[] {
  const distances = names.map((name) => ({
    name,
    distance: name.includes(typed) ? 0 : editDistance(typed, name),
  }))
  const least = Math.min(...distances.map(({ distance }) => distance))
  return (
    distances
      // A third of the letters may be wrong: enough for a slip, too little for another word.
      .filter(({ name, distance }) => distance === least && distance <= Math.ceil(name.length / 3))
      .slice(0, 3)
      .map(({ name }) => name)
  )
}

/** Levenshtein distance: letters to insert, delete or replace to get from one text to the other. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (const [index, letter] of [...from].entries()) {
    const next = [index + 1]
    for (let column = 1; column <= to.length; column += 1) {
      const replaced = (row[column - 1] ?? 0) + (to[column - 1] === letter ? 0 : 1)
      next.push(Math.min(replaced, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[to.length] ?? 0
}
