/*
 * A moved place is a TCP port to which an administration interface is often moved, and on which the profile has nothing.
 * There are many of them, and most are nothing: reports count those that stay silent or refuse.
 */

/** The probe that looks at moved places, and at nothing else. */
export const MOVED_PROBE = 'moved-admin';

/** Whether an observation is of a moved place. */
export function isMovedPlace({ probe }: { readonly probe: string }): boolean {
  return probe === MOVED_PROBE;
}
