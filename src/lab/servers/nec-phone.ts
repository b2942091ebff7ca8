import type { LabServer } from '../lab-server.js';
import { sip } from './sip.js';

/** The registration port of NEC's IP phones: turns away everybody who is no registered phone, with a body of its own kind. */
export function necPhone(): LabServer {
  return sip({
    status: 403,
    phrase: 'Forbidden',
    contentType: 'application/X-NECSIPEXT2MLv1',
    body: 'Ind-ErrDsp=nec-code: 1:Non-Registered Access\r\n',
  });
}
