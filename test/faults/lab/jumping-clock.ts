// Loaded before the application (node --import): its clock jumps when the process gets SIGUSR2, by the next of the
// seconds in CLOCK_JUMPS, counted from the true time. Timers go on as they do when a real clock is set.

const jumps = (process.env.CLOCK_JUMPS ?? '').split(',').map(Number)
let offsetMs = 0
const TrueDate = Date
const trueNow = Date.now

globalThis.Date = class extends TrueDate {
  constructor(...given: []) {
    // Date takes from none to seven arguments; only none means now.
    if (given.length === 0) super(trueNow() + offsetMs)
    else super(...given)
  }

  static override now(): number {
    return trueNow() + offsetMs
  }
} as DateConstructor

process.on('SIGUSR2', () => {
  offsetMs = (jumps.shift() ?? 0) * 1000
})
