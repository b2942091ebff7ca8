import type { LabServer } from '../../src/lab/lab-server.js';
import type { SitePlan } from '../../src/lab/sites.js';
import { type Site, type SiteOptions, startSite } from '../../src/lab/start-site.js';
import { type Silence, silenceTcp } from './silence-tcp.js';

/** A site that can go silent. */
export interface MuteSite extends Site {
  /** Drops everything from now on, like a router that has blacklisted us (Linux only); resolves once it is silent. */
  goSilent(): Promise<void>;
}

/** Starts a site that goes silent when it is told to, or as soon as `silentAfter` TCP connections have ended. */
export async function startMuteSite(
  plan: SitePlan,
  { silentAfter, ...options }: SiteOptions & { readonly silentAfter?: number | undefined } = {},
): Promise<MuteSite> {
  let ended = 0;
  let silent = false;
  let silencing: Promise<Silence> | undefined;
  let stopped: Promise<void> | undefined;
  const mute = ({ tcp, udp }: LabServer): LabServer => ({
    ...(tcp && { tcp }),
    // Stays bound, so that nothing says "unreachable", but answers no more.
    ...(udp && { udp: (datagram) => void (silent || udp(datagram)) }),
  });
  const goSilent = () => {
    silent = true;
    return (silencing ??= silenceTcp(site.listeners));
  };
  const onEnded = () => {
    // Whoever asks with goSilent() later learns of a failure.
    if (++ended === silentAfter && !stopped) goSilent().catch(() => undefined);
  };
  const servers = plan.servers.map((planned) => ({ ...planned, server: mute(planned.server) }));
  const site = await startSite({ ...plan, servers }, { ...options, onEnded });
  const release = async () => {
    const silence = await silencing?.catch(() => undefined);
    await Promise.all([silence?.stop(), site.stop()]);
  };
  return { ...site, goSilent: async () => void (await goSilent()), stop: () => (stopped ??= release()) };
}
