import { MOVED_PROBE } from '../../model/moved-place.js';
import { identify } from '../talks/identify.js';
import type { Probe } from './probe.js';

/**
 * The same as `tcp-identify`, on the many ports to which administration may have been moved. They never delay or
 * distract from the services: nothing is concluded from what they lose, and no turn is taken for their refusals.
 */
export const movedAdmin: Probe = {
  id: MOVED_PROBE,
  title: 'the same as tcp-identify, where administration may have been moved',
  transport: 'tcp',
  services: [],
  run: (engine, host, port, watcher, { brief } = {}) =>
    engine.watchTcp(host, port, watcher, identify, { minor: true, brief }),
};
