import { createInterface } from 'node:readline';

/** Questions and answers, line by line. */
export interface Dialog {
  /** Shows text, which is escaped already. */
  tell(text: string): void;
  /** Asks for a line, without white space around it; null if the input has ended, as with Ctrl-C or Ctrl-D. */
  ask(question: string): Promise<string | null>;
  close(): void;
}

/** Opens a dialog; on a terminal the lines can be edited. Lines that come before they are asked for are kept. */
export function openDialog(input: NodeJS.ReadableStream, output: NodeJS.WritableStream, terminal: boolean): Dialog {
  const lines: string[] = [];
  let ended = false;
  let answer: ((line: string | null) => void) | null = null;
  const pass = () => {
    if (!answer || (lines.length === 0 && !ended)) return;
    answer(lines.shift() ?? null);
    answer = null;
  };
  const reader = createInterface({ input, output, terminal, historySize: 0 });
  reader.on('line', (line) => {
    lines.push(line.trim());
    pass();
  });
  reader.on('close', () => {
    ended = true;
    pass();
  });
  return {
    tell: (text) => void output.write(text),
    ask(question) {
      if (!ended) {
        reader.setPrompt(question);
        reader.prompt();
      }
      return new Promise((resolve) => {
        answer = resolve;
        pass();
      });
    },
    close: () => reader.close(),
  };
}
