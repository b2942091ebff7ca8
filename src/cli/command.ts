/**
 * What a command does; resolves to the exit code. yargs' handlers only choose it, so that the arguments are all
 * parsed and judged before anything runs.
 */
export type Command = () => Promise<number>;

/** Takes the command that the arguments name. */
export type Choose = (command: Command) => void;
