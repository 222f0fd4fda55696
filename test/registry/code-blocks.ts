import { posix } from 'node:path'

/** A block of code that names its file in its first line: `// src/…` or `-- sql/…`. */
export interface CodeBlock {
  readonly path: string
  readonly code: string
}

/** The code blocks in Markdown that name a file, indented ones in lists too. */
export function codeBlocksIn(markdown: string): CodeBlock[] {
  const blocks = markdown.matchAll(/^( *)```\w+\n *(?:\/\/|--) ((?:src|sql)\/\S+)\n(.*?)\n *```$/gms)
  return [...blocks].map(([, indent = '', path = '', code = '']) => ({
    path,
    code: code.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  }))
}

/**
 * Code with its relative imports given from the project's root and sorted, so that it compares whichever
 * folder it is kept in.
 * @param root what to take off the imports' paths: where a copy of the tree is kept.
 */
export function comparable({ path, code }: CodeBlock, root = ''): string {
  const resolved = code.trim().replaceAll(/(?<= from ')\.[^']+/g, (specifier) => {
    const target = posix.join(posix.dirname(root + path), specifier)
    return target.startsWith(root) ? target.slice(root.length) : target
  })
  const lines = resolved.split('\n')
  const imports = lines.filter((line) => line.startsWith('import '))
  const rest = lines.filter((line) => !line.startsWith('import '))
  return [...imports.sort(), ...rest].join('\n')
}
