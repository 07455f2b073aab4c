import { performTask } from './perform-task.js'
import type { TaskInput } from './tasks.js'

/** The child process of the driver's kinds: performs the one task that it is given, tells how it went, and ends. */
const input = JSON.parse(process.argv[2] ?? 'null') as TaskInput
const result = await performTask(input, news => { process.send?.(news) })
process.send?.({ result }, () => process.disconnect())
