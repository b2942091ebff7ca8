/** What a host name resolved to: every A and AAAA, or why there is none. */
export type Resolution = { readonly addresses: readonly string[] } | { readonly problem: string };
