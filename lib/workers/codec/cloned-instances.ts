/** Instances of classes that are sent as `structuredClone` would copy them: their own fields, as a plain object. Counted, since what they were is lost. */
import { serialize } from 'node:v8'
import { refused } from '../../state/refusal.ts'

export class ClonedInstances {
  count = 0

  /** What `deserialize` of node:v8 makes the copy of. @throws `refused` */
  bytesOf(value: object): Uint8Array {
    let bytes: Uint8Array
    try {
      bytes = serialize(value)
    } catch {
      throw refused
    }
    this.count++
    return bytes
  }
}
