/** An offloader for what calls no functions of other modules. */
import type { Offloader } from '../../lib/env/offloader.ts'

export const noOffloader: Offloader = {
  cores: 1,
  open: () => {
    throw new Error('nothing is offloaded here')
  },
}
