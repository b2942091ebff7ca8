import { serveHttp } from '../../../src/lab/servers/http.js';
import type { LabServer } from '../../../src/lab/lab-server.js';

/** Somebody else's web server on the web port: a video recorder. */
export function dvr(): LabServer {
  const body = '<html><head><title>Video Recorder Login</title></head><body>Please log in.</body></html>\n';
  return {
    tcp: serveHttp(() => ({
      version: '1.1',
      status: 200,
      phrase: 'OK',
      headers: [
        ['Server', 'DVR-Web/2.4'],
        ['Content-Type', 'text/html'],
        ['Content-Length', String(body.length)],
        ['Connection', 'close'],
      ],
      body,
    })),
  };
}
