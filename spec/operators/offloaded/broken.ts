/** Cannot be loaded. */
throw new Error('no model here')
