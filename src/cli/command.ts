/**
 * What a command does once its arguments are parsed; resolves to the exit code. Handlers only choose it: for one
 * that returns a promise, yargs would render its help text on every run.
 */
export type Command = () => Promise<number>;

/** Takes the command that the arguments name. */
export type Choose = (command: Command) => void;
