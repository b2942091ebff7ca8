import type { Socket } from 'node:net';

/** A request with its body, as Latin-1. */
export interface LabRequest {
  readonly method: string;
  readonly path: string;
  /** Start line and fields. */
  readonly head: string;
  readonly body: string;
}

const MAX_PENDING = 65_536;

/**
 * Calls `handle` with every HTTP request that comes in, its body by Content-Length. A client that sends 64 KB without
 * a whole request, or something that is none, is disconnected.
 */
export function readRequests(socket: Socket, handle: (request: LabRequest) => void): void {
  let pending = '';
  socket.on('data', (chunk) => {
    pending += chunk.toString('latin1');
    for (let gap = pending.indexOf('\r\n\r\n'); gap >= 0; gap = pending.indexOf('\r\n\r\n')) {
      const head = pending.slice(0, gap);
      const [, method, path] = /^([A-Z]+) (\/\S*) HTTP\/1\.[01]\r\n/.exec(`${head}\r\n`) ?? [];
      if (method === undefined || path === undefined) return void socket.destroy();
      const end = gap + 4 + Number(/^content-length:[ \t]*([0-9]{1,6})[ \t]*$/im.exec(head)?.[1] ?? 0);
      if (pending.length < end) break;
      const body = pending.slice(gap + 4, end);
      pending = pending.slice(end);
      handle({ method, path, head, body });
    }
    if (pending.length > MAX_PENDING) socket.destroy();
  });
}
