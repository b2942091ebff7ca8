import { createSocket } from 'node:dgram';

/** Binds UDP port 5060 on all addresses; null where somebody has it. */
export function holdSipPort(): Promise<{ stop(): Promise<void> } | null> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    const stop = () => new Promise<void>((done) => void socket.close(done));
    socket.once('error', () => void stop().then(() => resolve(null)));
    socket.bind({ port: 5_060, exclusive: true }, () => resolve({ stop }));
  });
}

/** Whether UDP port 5060 can be bound right now. */
export async function isSipPortFree(): Promise<boolean> {
  const held = await holdSipPort();
  await held?.stop();
  return held !== null;
}
