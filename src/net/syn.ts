const LINUX_SYN_SECONDS = [0, 1, 2, 3, 4, 5, 7, 11, 19];

/**
 * How many SYNs the system has sent for a connect that has waited `elapsedMs`. Linux since 6.5 retransmits every
 * second four times (net.ipv4.tcp_syn_linear_timeouts), then after gaps that double; older kernels and other
 * systems do so from the start: there the count is too high by one in the first four seconds.
 */
export function countSyns(elapsedMs: number): number {
  let sent = 0;
  for (const seconds of LINUX_SYN_SECONDS) if (elapsedMs >= seconds * 1000) sent++;
  return sent;
}
