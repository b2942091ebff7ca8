const LINUX_SYN_SECONDS = [0, 1, 2, 3, 4];

/**
 * How many SYNs the system has sent for a connect that has waited `elapsedMs`. Linux since 6.5 retransmits after
 * 1, 2, 3 and 4 s (net.ipv4.tcp_syn_linear_timeouts); older kernels and other systems after 1 and 3 s: there the
 * count may be one too high.
 */
export function countSyns(elapsedMs: number): number {
  let sent = 0;
  for (const seconds of LINUX_SYN_SECONDS) if (elapsedMs >= seconds * 1000) sent++;
  return sent;
}
