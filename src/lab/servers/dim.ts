import type { LabServer } from '../lab-server.js';

const MAX_LOGINS = 3;

/**
 * NEC's DIM maintenance terminal: silent until something is typed, then asks for user id and password in turn.
 * Nobody gets in; after three attempts it hangs up.
 */
export function dim(): LabServer {
  return {
    tcp(socket) {
      let awake = false;
      let lines = 0;
      socket.on('data', (data) => {
        if (!awake) socket.write('User ID:');
        awake = true;
        for (let left = data.toString('latin1').split('\n').length - 1; left > 0 && socket.writable; left--) {
          lines++;
          if (lines === MAX_LOGINS * 2) socket.end('\r\n');
          else socket.write(lines % 2 === 1 ? 'Password:' : '\r\nUser ID:');
        }
      });
    },
  };
}
