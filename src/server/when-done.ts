import type { FastifyReply } from 'fastify';

/**
 * Resolves once an answer is sent, or its connection gone. An answer that waits behind another one on its connection
 * is never told of the latter.
 */
export function whenDone({ raw, request }: FastifyReply): Promise<void> {
  const { socket } = request.raw;
  return new Promise((resolve) => {
    const done = (): void => {
      raw.off('close', done);
      socket.off('close', done);
      resolve();
    };
    // As many listen as answers wait on the connection.
    socket.setMaxListeners(0).once('close', done);
    raw.once('close', done);
    if (socket.destroyed) done();
  });
}
