/** The store cannot be used, or cannot do what was asked: told to the user in one plain sentence. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  /** The store itself may be sound: it can be tried again once there is room, or it can be written. */
  readonly mayPass: boolean;

  constructor(message: string, { mayPass = false, ...options }: ErrorOptions & { mayPass?: boolean | undefined } = {}) {
    super(message, options);
    this.mayPass = mayPass;
  }
}
