const { NODE_COMPILE_CACHE } = process.env

/** Of this process, for one whose environment a test makes anew: the modules need not be compiled again. */
export const compileCache: Record<string, string> = NODE_COMPILE_CACHE ? { NODE_COMPILE_CACHE } : {}
