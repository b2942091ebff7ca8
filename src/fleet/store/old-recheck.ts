/** A witness as reports told it until several could be asked again: one endpoint, and whether it answered. */
const OLD_RECHECK = /"recheck":(?:null|\{"endpoint":"([^"]+)","answered":(true|false)\})/g;

/**
 * Brings the JSON of a report that was stored earlier to the list that `liveness.recheck` is now. Quotes within texts
 * are escaped in JSON, so that none of them can pass for the key.
 */
export function renewRecheck(json: string): string {
  return json.replace(OLD_RECHECK, (_old, endpoint?: string, answered?: string) => {
    if (endpoint === undefined) return '"recheck":[]';
    const after = answered === 'true' ? 'syn-ack' : 'no-response';
    return `"recheck":[{"endpoint":"${endpoint}","before":"syn-ack","after":"${after}"}]`;
  });
}
