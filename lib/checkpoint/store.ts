/** placeholder for the type until the store lands */
export interface SnapshotStore { readonly kind: string }
