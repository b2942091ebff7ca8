const IAC = '\xff';
/** IAC with WILL, WONT, DO or DONT and an option; a subnegotiation up to its end; or IAC with any other command. */
const COMMAND = /\xff(?:[\xfb-\xfe][^]?|\xfa(?:[^\xff]|\xff[^\xf0])*(?:\xff\xf0)?|[\xf0-\xf9])/g;

/** Whether a text, a character a byte, begins as a Telnet server does: with an option that it offers or asks for. */
export function beginsTelnet(text: string): boolean {
  return /^\xff[\xfa-\xfe]/.test(text);
}

/**
 * Takes Telnet's negotiation (RFC 854) out of a text, a character a byte, also where it was cut off: what is left is
 * what a person would see. Linear. A text without any stays as it is.
 */
export function stripTelnet(text: string): string {
  return text.includes(IAC) ? text.replace(COMMAND, '').replaceAll('\xff\xff', '\xff') : text;
}
