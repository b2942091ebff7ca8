/** The store can not be used, or can not do what was asked: told to the user in one plain sentence. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
}
